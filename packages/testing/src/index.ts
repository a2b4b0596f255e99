/**
 * Realistic requests of every provider, signed so that they are genuine, and the means to play with them.
 * @module index
 */
export {
  signSample,
  type SampleOptions,
  type SampleRequest,
  type SignedSample,
  type SignSampleOptions,
} from "./sample.ts";
export { retellLife, retellSamples } from "./samples/retell.ts";
export { elevenlabsInitiationSample, elevenlabsLife, elevenlabsSamples } from "./samples/elevenlabs.ts";
export { callrailLife, callrailSamples } from "./samples/callrail.ts";
export { convosoLife, convosoQuerySamples, convosoSamples } from "./samples/convoso.ts";
export { twilioLife, twilioSamples } from "./samples/twilio.ts";
export { forgeriesOf, type Forgery } from "./forgeries.ts";
export { permutations, seededRandom, shuffleWithDuplicates } from "./permutations.ts";
