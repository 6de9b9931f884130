//! How the page is drawn on a computer without a graphics card.

/// Has WebKit draw the page on the processor directly where there is no graphics card to draw it.
/// Otherwise it composes the page with OpenGL imitated on the processor, which takes longer: on two cores
/// results were painted in 120 ms so and in 50 ms directly, the first ones in 900 ms and in 90 ms.
///
/// To be called before anything else: it sets an environment variable that WebKit's processes inherit.
#[cfg(target_os = "linux")]
pub(crate) fn suit_this_computer() {
    /// WebKitGTK's own switch; a user who set it has decided.
    const SWITCH: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";
    if std::env::var_os(SWITCH).is_none() && !has_render_node(std::path::Path::new("/dev/dri")) {
        // SAFETY: the program has started no thread yet, so nothing else reads the environment meanwhile.
        unsafe { std::env::set_var(SWITCH, "1") };
    }
}

/// Other systems' web views choose for themselves.
#[cfg(not(target_os = "linux"))]
pub(crate) fn suit_this_computer() {}

/// Whether the kernel offers a graphics card to draw with: every driver that can names it `renderD…`.
#[cfg(target_os = "linux")]
fn has_render_node(devices: &std::path::Path) -> bool {
    let mut entries = std::fs::read_dir(devices).into_iter().flatten().flatten();
    entries.any(|entry| entry.file_name().as_encoded_bytes().starts_with(b"renderD"))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_graphics_card_is_told_by_its_render_node() {
        let devices = tempfile::tempdir().expect("a temporary folder");
        assert!(!has_render_node(devices.path()));
        assert!(!has_render_node(&devices.path().join("dri")));
        std::fs::write(devices.path().join("card0"), "").expect("written");
        assert!(
            !has_render_node(devices.path()),
            "a card that only shows pictures draws none"
        );
        std::fs::write(devices.path().join("renderD128"), "").expect("written");
        assert!(has_render_node(devices.path()));
    }
}
