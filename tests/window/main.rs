//! The real window, used as people use it: a mouse, a keyboard, files dragged from another program.
//!
//! `cargo xtask test` runs these on a display in memory. Set `VITRINE_SCREENSHOTS` to a folder to keep pictures.

#![cfg(target_os = "linux")]

mod answers;
mod bringing_in;
mod first_start;
mod folders;
mod following;
mod judging;
mod opening;
mod photos;
mod pictures;
mod products;
mod refining;
mod returning;
