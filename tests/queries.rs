//! Queries of several parts, orientations, colour, folding, recommendations and result sheets on real files with the
//! shipped weights.

#[path = "queries/colour.rs"]
mod colour;
#[path = "queries/folding.rs"]
mod folding;
#[path = "queries/parts.rs"]
mod parts;
#[path = "queries/recommend.rs"]
mod recommend;
#[path = "queries/sheet.rs"]
mod sheet;
#[path = "queries/shop.rs"]
mod shop;
