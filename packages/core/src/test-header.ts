/** Set to `true` by the simulator and by your own tests, so that their calls can be told from real ones. */
export const testHeader = "offhook-test";
