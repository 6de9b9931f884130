//! The engine's types as the page sees them.

mod answers;
mod work;

use std::path::Path;

use engine::{
    AdapterReport, BriefColumns, Cell, Column, DeviceChoice, Engine, ImportPlan, LocationRow,
    ModelCard, PhotoRow, Product,
};

use crate::{dto, error::ShellError};
pub(crate) use answers::*;
pub(crate) use work::*;

pub(crate) fn catalog_status(
    engine: &Engine,
    generation: u32,
) -> Result<dto::CatalogStatus, ShellError> {
    let counts = engine.catalog().counts()?;
    let index = engine.catalog().index_state();
    Ok(dto::CatalogStatus {
        directory: engine.catalog().directory().display().to_string(),
        generation,
        photos: counts.photos,
        files: counts.files,
        missing: counts.missing,
        failures: counts.failures,
        excluded: counts.excluded,
        awaiting: counts.awaiting,
        folders: counts.folders,
        index: dto::IndexStatus {
            method: method(index.method),
            vectors: index.vectors,
            recall_at_10: index.recall_at_10,
        },
        products: product_status(engine)?,
    })
}

fn product_status(engine: &Engine) -> Result<Option<dto::ProductStatus>, ShellError> {
    let table = engine.catalog().products()?;
    if table.products() == 0 {
        return Ok(None);
    }
    let brief = BriefColumns::of(table.columns());
    Ok(Some(dto::ProductStatus {
        columns: table.columns().iter().map(product_column).collect(),
        products: table.products(),
        photos: table.photos(),
        key: engine.catalog().product_rule()?.unwrap_or_default(),
        title: brief.title,
        code: brief.code,
        price: brief.price,
    }))
}

pub(crate) fn product_column(column: &Column) -> dto::ProductColumn {
    dto::ProductColumn {
        name: column.name.clone(),
        kind: match column.kind {
            engine::ColumnKind::Text => dto::ColumnKind::Text,
            engine::ColumnKind::Number => dto::ColumnKind::Number,
            engine::ColumnKind::Price => dto::ColumnKind::Price,
            engine::ColumnKind::Date => dto::ColumnKind::Date,
            engine::ColumnKind::Tags => dto::ColumnKind::Tags,
        },
        unit: column.unit.clone(),
    }
}

fn product_cells(product: Product) -> Vec<dto::ProductCell> {
    let cells = product.into_iter().map(|(column, cell)| dto::ProductCell {
        column,
        value: match cell {
            Cell::Text(text) => dto::CellValue::Text(text),
            Cell::Number(number) => dto::CellValue::Number(number),
            Cell::Date(date) => dto::CellValue::Text(date.to_string()),
            Cell::Tags(tags) => dto::CellValue::Tags(tags),
        },
    });
    cells.collect()
}

pub(crate) fn import_preview(id: u32, plan: &ImportPlan) -> dto::ImportPreview {
    dto::ImportPreview {
        id,
        name: file_name(&plan.path),
        encoding: plan.encoding.to_owned(),
        delimiter: plan.delimiter.to_string(),
        columns: plan
            .columns
            .iter()
            .map(|planned| dto::PreviewColumn {
                column: product_column(&planned.column),
                values: planned.values.clone(),
                photos: planned.photos,
            })
            .collect(),
        key: plan.columns[plan.key].column.name.clone(),
        rows: plan.rows,
        matched_rows: plan.matched_rows,
        repeated_rows: plan.repeated_rows,
        rows_without_key: plan.rows_without_key,
        matched_photos: plan.matched_photos,
        photos: plan.photos,
        unmatched_keys: plan.unmatched_keys.clone(),
        unmatched_files: plan
            .unmatched_files
            .iter()
            .map(|path| file_name(path))
            .collect(),
    }
}

pub(crate) fn facets(facets: &engine::Facets) -> dto::Facets {
    let facet = |facet: &engine::Facet| dto::Facet {
        column: product_column(&facet.column),
        values: facet
            .values
            .iter()
            .map(|count| dto::ValueCount {
                value: count.value.clone(),
                photos: count.photos,
            })
            .collect(),
        low: facet.range.map(|(low, _)| low),
        high: facet.range.map(|(_, high)| high),
    };
    dto::Facets {
        photos: facets.photos,
        facets: facets.facets.iter().map(facet).collect(),
    }
}

pub(crate) fn device_status(
    choice: &DeviceChoice,
    requested: engine::DeviceRequest,
) -> dto::DeviceStatus {
    let kind = match choice.kind {
        engine::DeviceKind::Gpu => dto::DeviceKind::Gpu,
        engine::DeviceKind::Cpu => dto::DeviceKind::Cpu,
    };
    let requested = match requested {
        engine::DeviceRequest::Auto => dto::DeviceRequest::Auto,
        engine::DeviceRequest::Gpu => dto::DeviceRequest::Gpu,
        engine::DeviceRequest::Cpu => dto::DeviceRequest::Cpu,
    };
    dto::DeviceStatus {
        name: choice.name.clone(),
        kind,
        reason: sentence(&choice.reason),
        requested,
        adapters: choice
            .adapters
            .iter()
            .map(|adapter| self::adapter(adapter, choice))
            .collect(),
    }
}

fn adapter(adapter: &AdapterReport, choice: &DeviceChoice) -> dto::Adapter {
    dto::Adapter {
        name: adapter.name.clone(),
        backend: adapter.backend.to_string(),
        kind: match adapter.kind {
            engine::AdapterKind::Discrete => "discrete",
            engine::AdapterKind::Integrated => "integrated",
            engine::AdapterKind::Virtual => "virtual",
            engine::AdapterKind::Software => "software",
            engine::AdapterKind::Other => "other",
        }
        .to_owned(),
        driver: adapter.driver.clone(),
        // The name of a device in use says both what it is and through which interface.
        used: choice.uses(adapter),
    }
}

pub(crate) fn device_request(request: dto::DeviceRequest) -> engine::DeviceRequest {
    match request {
        dto::DeviceRequest::Auto => engine::DeviceRequest::Auto,
        dto::DeviceRequest::Gpu => engine::DeviceRequest::Gpu,
        dto::DeviceRequest::Cpu => engine::DeviceRequest::Cpu,
    }
}

pub(crate) fn model_status(card: &ModelCard, available: Vec<String>) -> dto::ModelStatus {
    dto::ModelStatus {
        name: card.name().to_owned(),
        dims: card.dims(),
        parameters: card.parameters(),
        input_size: card.input_size(),
        available,
    }
}

pub(crate) fn photo(photo: &PhotoRow, product: Product) -> dto::Photo {
    let path = photo.shown().map(|location| location.path.as_path());
    dto::Photo {
        image: photo.id.0,
        name: path.map_or_else(String::new, file_name),
        folder: path
            .and_then(Path::parent)
            .map_or_else(String::new, |folder| folder.display().to_string()),
        width: photo.width,
        height: photo.height,
        missing: photo.missing(),
        copies: photo.locations.len(),
        excluded: photo.excluded,
        product: product_cells(product),
    }
}

pub(crate) fn photo_copy(location: &LocationRow) -> dto::PhotoCopy {
    let folder = location.path.parent();
    dto::PhotoCopy {
        name: file_name(&location.path),
        folder: folder.map_or_else(String::new, |folder| folder.display().to_string()),
        missing: location.missing,
    }
}

pub(crate) fn method(method: engine::MethodUsed) -> dto::Method {
    match method {
        engine::MethodUsed::Exact => dto::Method::Exact,
        engine::MethodUsed::Approximate => dto::Method::Approximate,
    }
}

/// What an error says, with a capital: on the command line it follows a colon, in the window it stands alone.
pub(crate) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A file's or folder's name as shown: what is no Unicode in it is replaced, since it is only looked at.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}
