//! Product data: its columns, the products, and which photo shows which.

use std::collections::HashMap;

use embedding::ImageId;
use rusqlite::{Connection, Transaction, params};

use crate::products::{Cell, Column, ColumnKind, NewProduct, ProductId, ProductTable};

/// The columns with their rows' ids, in order.
pub(crate) fn columns(connection: &Connection) -> rusqlite::Result<Vec<(i64, Column)>> {
    let mut statement =
        connection.prepare("SELECT id, name, kind, unit FROM product_column ORDER BY place")?;
    let rows = statement.query_map([], |row| {
        let column = Column {
            name: row.get(1)?,
            kind: ColumnKind::from_stored(row.get_ref(2)?.as_str()?),
            unit: row.get(3)?,
        };
        Ok((row.get(0)?, column))
    })?;
    rows.collect()
}

/// Sets the columns to `columns`, in this order; those known by name keep their cells, all others lose theirs.
pub(crate) fn set_columns(
    transaction: &Transaction<'_>,
    columns: &[Column],
) -> rusqlite::Result<Vec<i64>> {
    let names = serde_json::to_string(
        &columns
            .iter()
            .map(|column| column.name.as_str())
            .collect::<Vec<_>>(),
    )
    .expect("texts are JSON");
    transaction.execute(
        "DELETE FROM product_column WHERE name NOT IN (SELECT value FROM json_each(?1))",
        [names],
    )?;
    let mut put = transaction.prepare(
        "INSERT INTO product_column (name, kind, unit, place) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO UPDATE SET name = ?1, kind = ?2, unit = ?3, place = ?4
         RETURNING id",
    )?;
    let ids = columns.iter().enumerate().map(|(place, column)| {
        put.query_row(
            params![column.name, column.kind.as_str(), column.unit, place as i64],
            |row| row.get(0),
        )
    });
    ids.collect()
}

/// Adds a product or, where the key is known, sets the given cells of it and leaves the others.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    columns: &[i64],
    product: &NewProduct,
) -> rusqlite::Result<ProductId> {
    let cells: serde_json::Map<String, serde_json::Value> = columns
        .iter()
        .zip(&product.cells)
        .map(|(column, cell)| {
            let value = serde_json::to_value(cell).expect("a cell is JSON");
            (column.to_string(), value)
        })
        .collect();
    // json_patch: a null takes the cell away.
    let mut put = transaction.prepare_cached(
        "INSERT INTO product (key, cells) VALUES (?1, json_patch('{}', ?2))
         ON CONFLICT (key) DO UPDATE SET cells = json_patch(cells, ?2) RETURNING id",
    )?;
    put.query_row(
        params![product.key, serde_json::Value::Object(cells).to_string()],
        |row| row.get(0).map(ProductId),
    )
}

/// Says which product a photo shows, instead of what was said before.
pub(crate) fn attach(
    transaction: &Transaction<'_>,
    image: ImageId,
    product: ProductId,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO image_product (image_id, product_id) VALUES (?1, ?2)",
        )?
        .execute(params![image.0, product.0])
        .map(drop)
}

/// The products that some photo shows.
pub(crate) fn shown(connection: &Connection) -> rusqlite::Result<Vec<ProductId>> {
    let mut statement = connection.prepare("SELECT DISTINCT product_id FROM image_product")?;
    let rows = statement.query_map([], |row| row.get(0).map(ProductId))?;
    rows.collect()
}

/// Forgets those of these products that no photo shows.
pub(crate) fn remove_unshown(
    transaction: &Transaction<'_>,
    products: &[ProductId],
) -> rusqlite::Result<()> {
    let ids = serde_json::to_string(products).expect("numbers are JSON");
    transaction
        .execute(
            "DELETE FROM product WHERE id IN (SELECT value FROM json_each(?1))
             AND id NOT IN (SELECT product_id FROM image_product)",
            [ids],
        )
        .map(drop)
}

/// Forgets everything about products.
pub(crate) fn clear(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "DELETE FROM image_product; DELETE FROM product; DELETE FROM product_column;",
    )
}

/// The products' ids by key.
pub(crate) fn keys(connection: &Connection) -> rusqlite::Result<HashMap<String, ProductId>> {
    let mut statement = connection.prepare("SELECT key, id FROM product")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, ProductId(row.get(1)?))))?;
    rows.collect()
}

/// Everything, for memory.
pub(crate) fn table(connection: &Connection) -> rusqlite::Result<ProductTable> {
    let (ids, columns): (Vec<i64>, Vec<Column>) = columns(connection)?.into_iter().unzip();
    let names: Vec<String> = ids.iter().map(i64::to_string).collect();
    let count: i64 = connection.query_row("SELECT count(*) FROM product", [], |row| row.get(0))?;
    let mut table = ProductTable::new(columns, usize::try_from(count).unwrap_or(0));
    let mut statement = connection.prepare("SELECT id, cells FROM product ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let stored: serde_json::Value =
            serde_json::from_str(row.get_ref(1)?.as_str()?).unwrap_or_default();
        let mut stored = match stored {
            serde_json::Value::Object(cells) => cells,
            _ => serde_json::Map::new(),
        };
        let cells = names
            .iter()
            .map(|name| stored.remove(name).and_then(Cell::from_json))
            .collect();
        table.push(ProductId(row.get(0)?), cells);
    }
    let mut statement = connection.prepare("SELECT image_id, product_id FROM image_product")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        table.attach(ImageId(row.get(0)?), ProductId(row.get(1)?));
    }
    Ok(table)
}
