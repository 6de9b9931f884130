//! What the end-to-end tests share: photos they make, real catalogs, and the real window.

pub mod catalogs;
pub mod composites;
pub mod photos;
#[cfg(all(feature = "window", target_os = "linux"))]
pub mod window;
