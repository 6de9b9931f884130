//! The result sheet.

use std::time::UNIX_EPOCH;

use anyhow::Result;
use engine::SheetOptions;

use crate::shop::{Shop, filtered};

#[test]
fn a_sheet_holds_everything_in_itself_and_shows_names_and_data_as_text() -> Result<()> {
    let shop = Shop::new(5)?;
    let csv = shop.folder.path().join("names.csv");
    let name = "\"<script>alert('x')</script> & \"\"Söhne\"\"\"";
    std::fs::write(&csv, format!("sku,name\nphoto-001,{name}\n"))?;
    let plan = shop.engine.plan_import(&csv, Some("sku"))?;
    shop.engine.import(&plan)?;
    let parts = [shop.stored(0, 1.0)?, shop.stored(4, -0.5)?];
    let ranking = shop.engine.search(&parts, &filtered(3, "price < 4")?)?;
    let options = SheetOptions {
        title: "Summer <b>".to_owned(),
        query: shop.engine.sheet_photos(&parts, &[])?,
        filter: Some("price < 4".to_owned()),
        made: UNIX_EPOCH,
    };
    let sheet = shop.engine.result_sheet(&options, &ranking)?;
    // One picture for each query photo and each hit, and nothing else is referred to.
    assert_eq!(ranking.hits.len(), 3);
    assert_eq!(sheet.matches("<img ").count(), 5);
    assert_eq!(
        sheet.matches("src=\"data:image/jpeg;base64,/9j/").count(),
        5
    );
    for outside in [
        "http:", "https:", "url(", "<script", "<b>", "@import", "<link",
    ] {
        assert!(!sheet.contains(outside), "{outside}");
    }
    for shown in [
        "Summer &lt;b&gt;",
        "1970-01-01 00:00 UTC",
        "price &lt; 4",
        "photo-000.jpg",
        "photo-004.jpg",
        "less of this",
        "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Söhne&quot;",
        "<dt>sku</dt><dd>photo-001</dd>",
        "<dt>price</dt>",
    ] {
        assert!(sheet.contains(shown), "{shown}");
    }
    for hit in &ranking.hits {
        assert!(sheet.contains(&format!("{:.3}", hit.similarity)));
    }
    Ok(())
}
