//! Whatever bytes the decoders are given, they give a photo or a reason, in time and within their memory.
//!
//! A thousand damaged photos are tried with every test run, a million by `cargo xtask bench fuzz`.

#[path = "common/fuzz.rs"]
mod fuzz;

#[test]
fn damaged_photos_give_a_photo_or_a_reason() {
    fuzz::run(&fuzz::corpus(), 0..1_000);
}
