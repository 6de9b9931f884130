//! Node.js and npm: there, and new enough.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;

/// The oldest Node.js that the page's build tools (Vite 8) run on: major and minor version.
const OLDEST: (u32, u32) = (20, 19);

/// Makes sure that Node.js is there and new enough, and npm with it.
///
/// # Errors
/// Either is missing or too old; the message says how to get them.
pub(crate) fn check() -> Result<()> {
    let (major, minor) = OLDEST;
    let found = process::output(Command::new("node").arg("--version"));
    match found.as_deref().map(version) {
        Ok(Some(found)) if found >= OLDEST => {}
        Ok(_) => bail!(
            "Node.js {major}.{minor} or newer is needed and this is {}; {}",
            found.unwrap_or_default(),
            how_to_get_it()
        ),
        Err(_) => bail!(
            "Node.js {major}.{minor} or newer is needed and there is none; {}",
            how_to_get_it()
        ),
    }
    process::output(npm().arg("--version"))
        .map(drop)
        .with_context(|| {
            format!(
                "npm, which comes with Node.js, is needed; {}",
                how_to_get_it()
            )
        })
}

/// npm, under the name it has on this system.
pub(crate) fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Major and minor of what `node --version` writes, such as `v20.19.5`.
fn version(written: &str) -> Option<(u32, u32)> {
    let mut numbers = written
        .strip_prefix('v')?
        .split('.')
        .map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

fn how_to_get_it() -> &'static str {
    if cfg!(windows) {
        "get it with `winget install OpenJS.NodeJS.LTS` or from nodejs.org"
    } else if cfg!(target_os = "macos") {
        "get it with `brew install node@22` or from nodejs.org"
    } else {
        "get it from nodejs.org or with a version manager (fnm, nvm); the distribution's own may be too old"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let is_enough = |written| version(written).is_some_and(|found| found >= OLDEST);
        for written in ["v20.19.0", "v20.20.2", "v22.3.0", "v100.0.0"] {
            assert!(is_enough(written), "{written}");
        }
        for written in [
            "v20.9.0",
            "v18.20.4",
            "v9.99.0",
            "",
            "20.19.0",
            "v20",
            "vv20.19.0",
        ] {
            assert!(!is_enough(written), "{written}");
        }
    }
}
