//! What the page shows, found by the names in `ui/src/testids.ts`.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Window, desktop, process::wait_until};

/// How long the page may take to show what it was asked for, with everything else on a slow machine.
const SHOWN_WITHIN: Duration = Duration::from_secs(90);
/// Indexing takes longer.
const INDEXED_WITHIN: Duration = Duration::from_secs(300);

/// A result as shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The photo's number in the catalog.
    pub image: i64,
    /// 1 is the nearest.
    pub rank: usize,
    /// Cosine similarity as shown.
    pub similarity: f64,
    /// File name.
    pub name: String,
    /// Under the "less similar" divider.
    pub below_cutoff: bool,
    /// Its picture is loaded and has pixels.
    pub painted: bool,
}

/// Milliseconds of the last search whose results are on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timings {
    /// From the drop, or another request, to the painted results.
    pub total: f64,
    /// Decoding the query.
    pub decode: f64,
    /// Preparing and embedding it.
    pub embed: f64,
    /// Finding and re-ranking its neighbours.
    pub search: f64,
    /// Painting them, thumbnails included.
    pub paint: f64,
}

impl Window {
    /// How many elements of this name there are.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn count(&self, testid: &str) -> Result<usize> {
        let count = self.on_all(testid, "return found.length", &[])?;
        Ok(count.as_u64().context("a length")?.try_into()?)
    }

    /// An attribute of the first element of this name; `None` without such an element or attribute.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn attribute(&self, testid: &str, name: &str) -> Result<Option<String>> {
        let value = self.on_all(
            testid,
            "return found[0]?.getAttribute(arguments[1]) ?? null",
            &[json!(name)],
        )?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// The words of every element of this name.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn texts(&self, testid: &str) -> Result<Vec<String>> {
        let texts = self.on_all(testid, "return found.map((each) => each.innerText)", &[])?;
        Ok(serde_json::from_value(texts)?)
    }

    /// Waits until there is such an element.
    ///
    /// # Errors
    /// When it does not come.
    pub fn wait_for(&self, testid: &str) -> Result<()> {
        wait_until(SHOWN_WITHIN, testid, || Ok(self.count(testid)? > 0))
    }

    /// Waits until an element of this name says this.
    ///
    /// # Errors
    /// When none does; the error says what they say.
    pub fn wait_for_text(&self, testid: &str, part: &str) -> Result<()> {
        let said = wait_until(SHOWN_WITHIN, &format!("{testid} to say {part:?}"), || {
            Ok(self.texts(testid)?.iter().any(|text| text.contains(part)))
        });
        said.with_context(|| format!("they say {:?}", self.texts(testid).unwrap_or_default()))
    }

    /// Waits until there is no such element.
    ///
    /// # Errors
    /// When it stays.
    pub fn wait_for_no(&self, testid: &str) -> Result<()> {
        wait_until(SHOWN_WITHIN, &format!("{testid} to go"), || {
            Ok(self.count(testid)? == 0)
        })
    }

    /// Waits until an attribute of the first element of this name is as wanted.
    ///
    /// # Errors
    /// When it does not become so; the error says what it is.
    pub fn wait_for_attribute(&self, testid: &str, name: &str, wanted: &str) -> Result<()> {
        let became = wait_until(
            SHOWN_WITHIN,
            &format!("{name} of {testid} to be {wanted}"),
            || Ok(self.attribute(testid, name)?.as_deref() == Some(wanted)),
        );
        became.with_context(|| format!("it is {:?}", self.attribute(testid, name).ok().flatten()))
    }

    /// Waits until the application is opening, loading, ready or has failed.
    ///
    /// # Errors
    /// When it does not get there.
    pub fn wait_for_phase(&self, phase: &str) -> Result<()> {
        self.wait_for_attribute("frame", "data-phase", phase)
    }

    /// Waits until nothing is being indexed and the catalog has this many photos.
    ///
    /// # Errors
    /// When it does not get there.
    pub fn wait_for_photos(&self, photos: usize) -> Result<()> {
        let wanted = photos.to_string();
        let indexed = wait_until(INDEXED_WITHIN, &format!("{photos} indexed photos"), || {
            let shown = self.attribute("frame", "data-photos")?;
            Ok(shown.as_ref() == Some(&wanted) && self.count("job-bar")? == 0)
        });
        indexed.with_context(|| {
            let shown = self.attribute("frame", "data-photos").ok().flatten();
            format!(
                "it has {shown:?}, and the notices say {:?}",
                self.texts("notice").unwrap_or_default()
            )
        })
    }

    /// Clicks on the first element of this name with the mouse, once it is there.
    ///
    /// # Errors
    /// When it does not come or has no place on the screen.
    pub fn click(&self, testid: &str) -> Result<()> {
        self.click_nth(testid, 0)
    }

    /// Clicks on an element of this name, counted from 0.
    ///
    /// # Errors
    /// As [`Window::click`].
    pub fn click_nth(&self, testid: &str, nth: usize) -> Result<()> {
        let (x, y) = self.place_of(testid, nth)?;
        desktop::click_at(x, y)
    }

    /// Where on the screen an element of this name is, counted from 0, once it is there.
    ///
    /// # Errors
    /// As [`Window::click`].
    pub fn place_of(&self, testid: &str, nth: usize) -> Result<(i32, i32)> {
        wait_until(SHOWN_WITHIN, testid, || Ok(self.count(testid)? > nth))?;
        let script = "const box = found[arguments[1]].getBoundingClientRect();
            return [box.x + box.width / 2, box.y + Math.min(box.height / 2, 60)]";
        let at: [f64; 2] = serde_json::from_value(self.on_all(testid, script, &[json!(nth)])?)?;
        let window = self.on_screen();
        Ok((window.left + at[0] as i32, window.top + at[1] as i32))
    }

    /// How many searches have been painted so far.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn searches_painted(&self) -> Result<u64> {
        Ok(self
            .attribute("results", "data-sequence")?
            .and_then(|count| count.parse().ok())
            .unwrap_or(0))
    }

    /// Waits until more searches have been painted than `before`, and gives their results as far as they are in view.
    ///
    /// # Errors
    /// When no search is painted.
    pub fn results_after(&self, before: u64) -> Result<Vec<Hit>> {
        wait_until(SHOWN_WITHIN, "painted results", || {
            let idle = self.attribute("results", "data-busy")?.as_deref() == Some("false");
            Ok(idle && self.searches_painted()? > before)
        })?;
        self.hits()
    }

    /// The results in view, in their order.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn hits(&self) -> Result<Vec<Hit>> {
        let script = "const box = (element) => element.getBoundingClientRect();
        const area = found.length > 0 ? box(found[0].closest('[role=listbox]')) : null;
        const inView = found.filter((hit) => box(hit).bottom > area.top && box(hit).top < area.bottom);
        return inView.map((hit) => {
            const picture = hit.querySelector('img');
            return { ...hit.dataset, painted: picture !== null && picture.complete && picture.naturalWidth > 0 };
        })";
        let found = self.on_all("hit", script, &[])?;
        let mut hits = found
            .as_array()
            .context("a list")?
            .iter()
            .map(hit)
            .collect::<Result<Vec<_>>>()?;
        hits.sort_by_key(|hit| hit.rank);
        Ok(hits)
    }

    /// Times of the last painted search.
    ///
    /// # Errors
    /// When there was none.
    pub fn timings(&self) -> Result<Timings> {
        let millis = |name: &str| -> Result<f64> {
            let written = self.attribute("results", &format!("data-{name}-ms"))?;
            Ok(written
                .with_context(|| format!("no {name} time is shown"))?
                .parse()?)
        };
        Ok(Timings {
            total: millis("total")?,
            decode: millis("decode")?,
            embed: millis("embed")?,
            search: millis("search")?,
            paint: millis("paint")?,
        })
    }

    /// Asks the page to go elsewhere or to do anything else a script can.
    ///
    /// # Errors
    /// When the script throws.
    pub fn script(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.session.execute(script, arguments)
    }

    /// As [`Window::script`], for a script that calls the last of its arguments when it is done.
    ///
    /// # Errors
    /// As [`Window::script`], and when it does not end.
    pub fn async_script(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.session.execute_async(script, arguments)
    }

    /// Waits until something holds that has no name of its own.
    ///
    /// # Errors
    /// When it does not come to hold, and when looking fails.
    pub fn wait_until(&self, what: &str, holds: impl FnMut() -> Result<bool>) -> Result<()> {
        wait_until(SHOWN_WITHIN, what, holds)
    }

    /// Waits until pictures in view are loaded, fonts are there and nothing moves.
    ///
    /// # Errors
    /// When it does not come to rest.
    pub(super) fn settle(&self) -> Result<()> {
        let script = "const pictures = [...document.querySelectorAll('[role=option]:not([data-state=failed])')].map((cell) => cell.querySelector('img'));
            return [...pictures, ...document.images].every((picture) => picture !== null && picture.complete)
                && document.fonts.status === 'loaded'
                && document.getAnimations().every((each) => each.playState !== 'running')";
        wait_until(SHOWN_WITHIN, "the page to come to rest", || {
            Ok(self.session.execute(script, &[])? == true)
        })?;
        let painted = "const done = arguments[arguments.length - 1];
            requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
        self.session.execute_async(painted, &[]).map(drop)
    }

    fn on_all(&self, testid: &str, script: &str, more: &[Value]) -> Result<Value> {
        let find =
            "const found = [...document.querySelectorAll(`[data-testid=\"${arguments[0]}\"]`)];";
        let arguments: Vec<Value> = [json!(testid)]
            .into_iter()
            .chain(more.iter().cloned())
            .collect();
        self.session
            .execute(&format!("{find} {script}"), &arguments)
    }
}

fn hit(found: &Value) -> Result<Hit> {
    let text = |name: &str| {
        found[name]
            .as_str()
            .with_context(|| format!("a result without {name}"))
    };
    Ok(Hit {
        image: text("image")?.parse()?,
        rank: text("rank")?.parse()?,
        similarity: text("similarity")?.parse()?,
        name: text("name")?.to_owned(),
        below_cutoff: text("belowCutoff")? == "true",
        painted: found["painted"] == true,
    })
}
