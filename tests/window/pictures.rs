//! Pictures of every state in both themes and at two sizes, for people to look at. Without `VITRINE_SCREENSHOTS`
//! it still proves that both themes and both sizes can be had.

use anyhow::Result;
use end_to_end::window::{Home, LAPTOP, Window, process::wait_until};
use std::time::Duration;

use crate::photos::{CHAIR, look_for, with_sample};

/// A desk's screen, in pixels.
const DESK: (i32, i32) = (1920, 1080);

#[test]
fn the_window_is_at_home_in_light_and_dark_on_a_laptop_and_on_a_desk() -> Result<()> {
    let home = Home::new()?;
    let mut window = with_sample(&home)?;
    look_for(CHAIR, &window, &home)?;
    for (theme, nth) in [("light", 1), ("dark", 2)] {
        choose_theme(&window, theme, nth)?;
        for (size, name) in [(LAPTOP, "laptop"), (DESK, "desk")] {
            window.resize(size)?;
            for view in ["search", "catalog", "settings"] {
                window.click(&format!("nav-{view}"))?;
                window.wait_for_attribute("frame", "data-view", view)?;
                window.screenshot(&format!("{view}-{theme}-{name}"))?;
            }
        }
        window.resize(LAPTOP)?;
    }
    Ok(())
}

fn choose_theme(window: &Window, theme: &str, nth: usize) -> Result<()> {
    window.click("nav-settings")?;
    window.wait_for("appearance")?;
    let choose = format!(
        "const choices = document.querySelectorAll('[data-testid=\"appearance\"] input, [data-testid=\"appearance\"] button');
         choices[{nth}].scrollIntoView(); choices[{nth}].click()"
    );
    window.script(&choose, &[])?;
    let scheme = "return getComputedStyle(document.documentElement).colorScheme";
    wait_until(Duration::from_secs(5), "the theme", || {
        Ok(window.script(scheme, &[])? == theme)
    })
}
