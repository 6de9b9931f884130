use engine::choose_device;
use serde::Serialize;

use crate::{
    arguments::{Common, Output},
    output::print_json,
};

#[derive(Serialize)]
struct Document {
    device: String,
    kind: String,
    reason: String,
    adapters: Vec<Adapter>,
}

#[derive(Serialize)]
struct Adapter {
    name: String,
    backend: String,
    kind: String,
    driver: String,
    used: bool,
}

pub(crate) fn run(common: &Common, output: Output) -> anyhow::Result<()> {
    let choice = choose_device(&common.embedder()?);
    let document = Document {
        device: choice.name.clone(),
        kind: choice.kind.to_string(),
        reason: choice.reason.clone(),
        adapters: choice
            .adapters
            .iter()
            .map(|adapter| Adapter {
                name: adapter.name.clone(),
                backend: adapter.backend.to_string(),
                kind: adapter.kind.to_string(),
                driver: adapter.driver.clone(),
                used: choice.uses(adapter),
            })
            .collect(),
    };
    if output.json {
        return print_json(&document);
    }
    println!("used: {} ({})", document.device, document.reason);
    for Adapter {
        name,
        backend,
        kind,
        driver,
        used,
    } in document.adapters
    {
        let mark = if used { "*" } else { " " };
        println!("{mark} {name} ({kind}, {backend}, {driver})");
    }
    Ok(())
}
