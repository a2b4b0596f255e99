import { readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type DefaultTheme } from "vitepress";
import { headingSlug } from "../../tooling/heading-anchors.ts";

const page = (text: string, link: string): DefaultTheme.SidebarItem => ({ text, link });

const guides: DefaultTheme.SidebarItem[] = [
  { text: "Start", items: [page("Quickstart", "/quickstart"), page("Environment", "/environment")] },
  {
    text: "Providers",
    items: [
      page("CallRail", "/providers/callrail"),
      page("ElevenLabs", "/providers/elevenlabs"),
      page("Twilio", "/providers/twilio"),
      page("Convoso", "/providers/convoso"),
      page("Retell", "/providers/retell"),
    ],
  },
  {
    text: "Frameworks",
    items: [
      page("Express", "/frameworks/express"),
      page("Fastify", "/frameworks/fastify"),
      page("Hono", "/frameworks/hono"),
      page("Next.js", "/frameworks/next"),
      page("Node", "/frameworks/node"),
      page("Bun, Deno, Workers", "/frameworks/fetch"),
    ],
  },
  {
    text: "Find out why",
    items: [
      page("Why did I get 401?", "/why-401"),
      page("Troubleshooting", "/troubleshooting"),
      page("Local testing", "/local-testing"),
      page("Errors", "/errors"),
    ],
  },
  {
    text: "Operate",
    items: [
      page("Operating it", "/operations"),
      page("What webhooks do not tell", "/integrations"),
      page("Client addresses and limits", "/client-address"),
      page("Security", "/security"),
    ],
  },
  {
    text: "Deploy",
    items: [
      page("A VM with PostgreSQL", "/deploy/vm-postgres"),
      page("Vercel", "/deploy/vercel"),
      page("Cloudflare", "/deploy/cloudflare"),
      page("Supabase", "/deploy/supabase"),
    ],
  },
  {
    text: "Write your own",
    items: [
      page("Provider", "/your-own-provider"),
      page("Storage", "/your-own-storage"),
      page("Notifier", "/your-own-notifier"),
      page("API reference", "/api/"),
    ],
  },
];

/** `core.client.md` is the page of `@offhook/core/client`. */
const entries = readdirSync(join(import.meta.dirname, "../api"))
  .flatMap((file) => (file === "index.md" ? [] : [file.replace(/\.md$/, "")]))
  .toSorted((left, right) => left.localeCompare(right))
  .map((name) => page(`@offhook/${name.replaceAll(".", "/")}`, `/api/${name}`));

export default defineConfig({
  lang: "en",
  title: "Offhook",
  description: "Call webhooks of phone and voice providers as one normalized, durable Call",
  ignoreDeadLinks: false,
  // The index of the search is one file, which a browser loads when somebody searches.
  vite: { build: { chunkSizeWarningLimit: 2000 } },
  markdown: { anchor: { slugify: headingSlug } },
  themeConfig: {
    nav: [
      { text: "Quickstart", link: "/quickstart" },
      { text: "Providers", link: "/providers/callrail", activeMatch: "/providers/" },
      { text: "Frameworks", link: "/frameworks/express", activeMatch: "/frameworks/" },
      { text: "Errors", link: "/errors" },
      { text: "API", link: "/api/", activeMatch: "/api/" },
    ],
    sidebar: { "/": guides, "/api/": [{ text: "API reference", link: "/api/", items: entries }] },
    outline: [2, 3],
    search: { provider: "local" },
  },
});
