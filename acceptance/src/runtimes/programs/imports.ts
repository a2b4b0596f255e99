import { vendorFetch } from "@offhook/testing/vendors";
import { importApp } from "./import-everything.ts";
import { fakeVendors, vendorProviders } from "./vendor-providers.ts";

/** Imports from stand-ins that live in the program itself. */
export const app = importApp(vendorProviders(vendorFetch(fakeVendors())));
