import { createOffhook, memoryStorage } from "@offhook/core";

export const offhook = createOffhook({ providers: [], storage: memoryStorage() });
