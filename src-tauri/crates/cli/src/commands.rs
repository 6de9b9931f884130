mod batch;
mod devices;
mod doctor;
mod duplicates;
mod embed;
mod evaluate;
mod exclusions;
mod hits;
mod index;
mod metadata;
mod query;
mod recommend;
mod search;
mod watch;

use std::{env, ffi::OsString, path::PathBuf};

use anyhow::Context;
use engine::{
    Access, DecodeLimits, EmbedderOptions, Engine, EngineOptions, IndexOptions,
    default_cache_directory, default_catalog_directory, find_model, list_adapters,
    model_directories,
};

use crate::{
    arguments::{Arguments, Command, Common},
    output::print_json,
};

/// Does what was asked for.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let common = &arguments.common;
    match arguments.command {
        Command::Index {
            paths,
            exclusions,
            retry,
            watch,
            rescan_every,
            output,
        } => index::run(
            common,
            index::Request {
                paths,
                exclusions,
                retry,
                watch: watch.then_some(rescan_every),
            },
            output,
        ),
        Command::Exclusions { output } => exclusions::run(common, output),
        Command::Search {
            photos,
            less,
            k,
            crop,
            filter,
            group_by,
            colour,
            orientations,
            trim,
            fold,
            sheet,
            exact,
            output,
        } => search::run(
            common,
            &search::Request {
                photos: query::Photos {
                    more: photos,
                    less,
                    crop,
                },
                k: k as usize,
                filter,
                group_by,
                exact,
                colour,
                orientations,
                trim,
                fold,
                sheet,
            },
            output,
        ),
        Command::Recommend {
            interest,
            shopper,
            k,
            filter,
            group_by,
            output,
        } => recommend::run(
            common,
            &recommend::Request {
                interest,
                shopper,
                k: k as usize,
                filter,
                group_by,
            },
            output,
        ),
        Command::Batch {
            photos,
            csv,
            output,
        } => batch::run(common, &photos, csv.as_deref(), output),
        Command::Duplicates { threshold, output } => duplicates::run(common, threshold, output),
        Command::Metadata {
            csv,
            key,
            dry_run,
            output,
        } => metadata::run(common, &csv, key.as_deref(), dry_run, output),
        Command::Embed { photo, output } => embed::run(common, &photo, output),
        Command::Evaluate {
            labels,
            label,
            queries,
            gallery,
            output,
        } => {
            let options = engine::EvaluationOptions {
                labels,
                label_column: label,
                queries,
                gallery,
            };
            evaluate::run(common, &options, output)
        }
        Command::Devices { output } => devices::run(common, output),
        Command::Doctor { repair, output } => doctor::run(common, repair, output),
        Command::ProbeAdapters => print_json(&list_adapters()),
    }
}

/// With a model that is new to the catalog nothing is found: says why.
fn say_unembedded(engine: &Engine) -> anyhow::Result<()> {
    let counts = engine.catalog().counts()?;
    if counts.photos > 0 && counts.awaiting == counts.photos {
        eprintln!(
            "none of the {} photos is embedded with {} yet; run index, which takes over what another model left",
            counts.photos,
            engine.embedder().card().name()
        );
    }
    Ok(())
}

impl Common {
    fn open(&self, access: Access) -> anyhow::Result<Engine> {
        let engine = Engine::open(EngineOptions {
            catalog_directory: self.catalog_directory()?,
            access,
            embedder: self.embedder()?,
            limits: DecodeLimits::default(),
            index: IndexOptions::default(),
        })?;
        if access == Access::Read {
            say_unembedded(&engine)?;
        }
        Ok(engine)
    }

    fn catalog_directory(&self) -> anyhow::Result<PathBuf> {
        self.catalog
            .clone()
            .or_else(default_catalog_directory)
            .context("the system names no home folder; say where the catalog is with --catalog DIR")
    }

    fn embedder(&self) -> anyhow::Result<EmbedderOptions> {
        let program = env::current_exe().context("finding this program's own place")?;
        Ok(EmbedderOptions {
            model_card: find_model(&self.model, &model_directories(&program))?,
            device: self.device,
            probe_program: program,
            probe_arguments: vec![OsString::from("probe-adapters")],
            cache_directory: default_cache_directory().context(
                "the system names no home folder for its cache; set XDG_CACHE_HOME or HOME",
            )?,
        })
    }
}
