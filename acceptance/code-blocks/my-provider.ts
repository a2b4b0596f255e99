import type { Provider } from "@offhook/core";

export declare function myProvider(options: { readonly secret: string }): Provider;
