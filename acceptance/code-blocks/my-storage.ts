import type { Storage } from "@offhook/core";

export declare function myStorage(options?: { readonly path: string }): Storage;
