import { mount } from "svelte";
import App from "./App.svelte";
import { engine } from "./engine/client.ts";
import { Appearance } from "./state/appearance.svelte.ts";
import { Application } from "./state/application.svelte.ts";
import "./styles/tokens.css";
import "./styles/base.css";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has an element #app");

const application = new Application(engine, new Appearance(localStorage, document.documentElement));
mount(App, { target, props: { application } });
void application.start();
