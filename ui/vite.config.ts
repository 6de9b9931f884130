import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte()],
  clearScreen: false,
  // The shell's devUrl names this port.
  server: { port: 1420, strictPort: true },
  build: {
    // The first engines with `light-dark()`; WebKitGTK 2.50 and WebView2 are newer.
    target: ["safari17.5", "chrome123"],
    // The page's policy allows files of its own origin only: no data: images, no inline polyfill.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // Under vitest Svelte must resolve to its browser build, or mount() is missing.
  ...(process.env["VITEST"] ? { resolve: { conditions: ["browser"] } } : {}),
  test: { environment: "happy-dom", include: ["tests/**/*.test.ts"], restoreMocks: true },
});
