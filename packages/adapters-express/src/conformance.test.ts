import { describeAdapter, serverTarget } from "@offhook/testing/conformance";
import { createAdapterSubject } from "@offhook/testing/subject";
import express from "express";
import express4 from "express4";
import { toExpressHandler } from "./express-handler.ts";

describeAdapter({
  name: "Express 5",
  start() {
    const { offhook, state } = createAdapterSubject();
    const app = express().use("/api/webhooks", toExpressHandler(offhook)).use(express.json());
    return serverTarget(app.listen(0, "127.0.0.1"), state);
  },
});

describeAdapter({
  name: "Express 4",
  start() {
    const { offhook, state } = createAdapterSubject();
    const app = express4().use("/api/webhooks", toExpressHandler(offhook)).use(express4.json());
    return serverTarget(app.listen(0, "127.0.0.1"), state);
  },
});
