//! `cargo xtask bench window`: from a drop to painted results, and from start to a usable window, in the real
//! window on a catalog of real photos.
//!
//! The page takes the times: from the moment the shell learns of the drop until the thumbnails in view are
//! decoded and two frames have passed. What decoding and embedding the query take is told apart, since it
//! depends on the device; the rest is ours. Last, with 100,000 made-up photos beside the real ones: how often the list
//! is ranked anew while a crop box is dragged.
#![allow(clippy::print_stdout, reason = "what a bench prints is its result")]

#[cfg(target_os = "linux")]
#[path = "../../src-tauri/crates/engine/benches/made_up/mod.rs"]
mod made_up;

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("no driver for this system's web view: the window bench runs on Linux only");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        fs,
        path::{Path, PathBuf},
        time::{Duration, Instant},
    };

    use anyhow::{Context, Result, anyhow, ensure};
    use end_to_end::{
        catalogs,
        photos::jpeg,
        window::{Home, Timings, Window, sample_photos_folder},
    };
    use image::imageops::FilterType;

    /// Drops measured, after [`WARM_UP`] that are not.
    const DROPS: usize = 20;
    /// The first drops meet cold caches.
    const WARM_UP: usize = 2;
    /// Starts measured.
    const STARTS: usize = 5;
    /// Made-up photos beside the real ones while a box is dragged.
    const MADE_UP: u64 = 100_000;
    /// Drags of two seconds each; the first makes the photo's feature maps.
    const DRAGS: usize = 4;

    pub(super) fn main() -> Result<()> {
        let clothing = catalogs::repository().join("../shared/photos/clothing/images");
        let photos = if clothing.is_dir() {
            clothing
        } else {
            sample_photos_folder()
        };
        let home = Home::new()?;
        {
            let engine = catalogs::open(&home.catalog())?;
            catalogs::ingest(&engine, &photos)?;
        }
        let queries = queries(&home, &photos)?;

        let mut opened = Vec::new();
        let mut usable = Vec::new();
        let mut drops = Vec::new();
        for start in 0..STARTS {
            let began = Instant::now();
            let window = Window::start(&home, &home.arguments())?;
            opened.push(began.elapsed());
            window.wait_for_phase("ready")?;
            usable.push(began.elapsed());
            if start + 1 == STARTS {
                drops = drop_all(&window, &queries)?;
            }
            window.close()?;
        }

        let mut beyond: Vec<f64> = drops
            .iter()
            .map(|times| times.total - times.decode - times.embed)
            .collect();
        println!(
            "photos                              {}",
            fs::read_dir(&photos)?.count()
        );
        println!("drops                               {}", drops.len());
        type Part = fn(&Timings) -> f64;
        let parts: [(&str, Part); 5] = [
            ("drop to painted results, median", |times| times.total),
            ("  decode", |times| times.decode),
            ("  embed", |times| times.embed),
            ("  search", |times| times.search),
            ("  paint", |times| times.paint),
        ];
        for (name, time) in parts {
            let median = median(drops.iter().map(time).collect());
            println!("{name:<35} {median:.1} ms");
        }
        println!(
            "beyond decode and embed, median     {:.1} ms (goal: below 50)",
            median(beyond.clone())
        );
        beyond.sort_by(f64::total_cmp);
        println!(
            "beyond decode and embed, slowest    {:.1} ms",
            beyond.last().context("drops")?
        );
        println!(
            "start to page, median               {:.0} ms (goal: below 2000)",
            median_millis(&opened)
        );
        println!(
            "start to model ready, median        {:.0} ms",
            median_millis(&usable)
        );
        let drags = drag_boxes(&home, &queries[0])?;
        let drags: Vec<String> = drags.iter().map(|rate| format!("{rate:.0}")).collect();
        println!(
            "rankings a second while a box is dragged, {MADE_UP} more photos: {} (goal: 20)",
            drags.join(", ")
        );
        Ok(())
    }

    /// Rankings painted a second in each drag.
    fn drag_boxes(home: &Home, query: &PathBuf) -> Result<Vec<f64>> {
        {
            let engine = catalogs::open(&home.catalog())?;
            let dims = engine.embedder().card().space().dims;
            let vectors: Vec<_> = (0..MADE_UP)
                .map(|number| super::made_up::vector(number, dims))
                .collect();
            let made = super::made_up::fill(engine.catalog(), &vectors);
            let made = made.map_err(|error| anyhow!("{error}"))?;
            super::made_up::attach_numbers(engine.catalog(), &made)?;
        }
        let window = Window::start(home, &home.arguments())?;
        window.wait_for_phase("ready")?;
        let before = window.searches_painted()?;
        window.drop_files(std::slice::from_ref(query))?;
        window.results_after(before)?;
        // A hand that moves a box over the photo, as often as the screen is drawn.
        let drag = "const photo = document.querySelector('[data-testid=crop-box]');
            const results = document.querySelector('[data-testid=results]');
            const box = photo.getBoundingClientRect(), done = arguments[0], began = performance.now();
            const send = (type, across, down) => photo.dispatchEvent(new PointerEvent(type, {
                pointerId: 1, isPrimary: true, button: 0, buttons: type === 'pointerup' ? 0 : 1, bubbles: true,
                cancelable: true, clientX: box.x + box.width * across, clientY: box.y + box.height * down }));
            const before = Number(results.dataset.rankings);
            send('pointerdown', 0.2, 0.2);
            const move = () => {
                const passed = performance.now() - began, turn = passed / 300;
                send('pointermove', 0.6 + 0.1 * Math.sin(turn), 0.6 + 0.1 * Math.cos(turn));
                if (passed < 2000) requestAnimationFrame(move);
                else { done((Number(results.dataset.rankings) - before) * 1000 / passed); send('pointerup', 0.6, 0.6); }
            };
            move();";
        let mut rates = Vec::new();
        for _ in 0..DRAGS {
            let rate = window.async_script(drag, &[])?;
            rates.push(rate.as_f64().context("a rate")?);
            window.wait_until("the exact ranking of the box", || {
                Ok(window.attribute("results", "data-busy")?.as_deref() == Some("false"))
            })?;
            window.press("0")?;
            std::thread::sleep(Duration::from_secs(1));
        }
        window.close()?;
        Ok(rates)
    }

    /// Scaled, re-encoded copies of photos spread over the catalog.
    fn queries(home: &Home, photos: &Path) -> Result<Vec<PathBuf>> {
        let mut all = fs::read_dir(photos)?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<Vec<_>>>()?;
        all.retain(|path| engine::looks_like_photo(path));
        all.sort();
        ensure!(!all.is_empty(), "no photos in {}", photos.display());
        let wanted = DROPS + WARM_UP;
        let mut queries = Vec::new();
        for number in 0..wanted {
            let photo = &all[number * all.len() / wanted];
            let copy = image::open(photo)?
                .resize(360, 360, FilterType::Triangle)
                .to_rgb8();
            let path = home.file(&format!("query-{number}.jpg"));
            fs::write(&path, jpeg(&copy, 80)?)?;
            queries.push(path);
        }
        Ok(queries)
    }

    fn drop_all(window: &Window, queries: &[PathBuf]) -> Result<Vec<Timings>> {
        let mut times = Vec::new();
        for query in queries {
            let before = window.searches_painted()?;
            window.drop_files(std::slice::from_ref(query))?;
            window.results_after(before)?;
            times.push(window.timings()?);
        }
        Ok(times.split_off(WARM_UP))
    }

    fn median(mut figures: Vec<f64>) -> f64 {
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn median_millis(times: &[Duration]) -> f64 {
        median(
            times
                .iter()
                .map(|time| time.as_secs_f64() * 1000.0)
                .collect(),
        )
    }
}
