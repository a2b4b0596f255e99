/**
 * The receiver, the normalized Call and the contracts of Offhook.
 * @module index
 */

// For apps.
export { createOffhook } from "./offhook.ts";
export type { CallChange, Handlers, LeadChange } from "./handlers.ts";
export type { Offhook } from "./offhook.ts";
export type { WebhookAddress } from "./routes.ts";
export type { AddressFilter, ClientAddress, Peer } from "./client-address.ts";
export type { RateLimiter, RateLimitOptions } from "./rate-limit.ts";
export { fromEnv, type EnvironmentReader, type Variables } from "./from-env.ts";
export { environmentVariables, type EnvironmentVariables } from "./environment-variables.ts";
export type { OffhookOptions } from "./offhook-options.ts";
export type { DeliveryListOptions, JobListOptions, ListOptions } from "./list-options.ts";
export type { FeedEntry } from "./change-feed.ts";
export type {
  CallLookup,
  ConnectionTest,
  ImportCounts,
  ImportEstimate,
  ImportNote,
  ImportOptions,
  ImportProgress,
  ImportState,
  ImportSummary,
  IntegrationAbility,
  IntegrationProgress,
  Integrations,
  IntegrationsEngine,
  IntegrationsFactory,
  IntegrationStatus,
  MissedReason,
  OpenedRecording,
  OpenRecordingOptions,
  QuotaState,
  ReconcileOptions,
  ReconcileSchedule,
  ReconcileSummary,
} from "./integrations.ts";
export type { RetentionOptions } from "./retention.ts";
export type { RequestOrigin } from "./fetch.ts";
export { memoryStorage } from "./memory-storage.ts";
export type {
  Agent,
  Analysis,
  AnalysisCriterion,
  AnsweredBy,
  Attribution,
  Call,
  CallDirection,
  CallOutcome,
  CallStatus,
  CampaignName,
  Contact,
  Conversion,
  EndReason,
  JsonValue,
  Money,
  Phone,
  ProviderCost,
  Recording,
  RecordingState,
  Reference,
  Source,
  Transcript,
  TranscriptTurn,
} from "./call.ts";
export type { CallEvent, CallEventDraft, CallEventType, CallFacts, EventSource } from "./call-event.ts";
export type { Lead, LeadEvent, LeadEventDraft, LeadFacts } from "./lead.ts";
export type { CallChangeType, ChangeType, LeadChangeType } from "./changes.ts";
export type { InboundCall, InboundResponder } from "./inbound.ts";
export { silentLogger, type Logger, type LogFields } from "./logger.ts";
export type { Notification, Notifier } from "./notifier.ts";
export type { DrainOptions, DrainResult, JobRunner, JobRunnerOptions } from "./job-runner.ts";
export type { RunJob, RunLimits } from "./run-job.ts";
export type { JobEngine, JobEngineContext, JobWorker, RelayFactory, RelayOptions } from "./job-engine.ts";
export { ApiError, type ApiErrorCode, type ApiErrorDetails } from "./api-error.ts";
export {
  ConfigurationError,
  NotifierError,
  OffhookError,
  PayloadError,
  StorageError,
  VerificationError,
} from "./errors.ts";
export type { OffhookErrorCode, OffhookErrorOptions, RefusalCode } from "./errors.ts";
export { foldCall } from "./fold.ts";
export { foldLead } from "./fold-lead.ts";
export { isTerminal } from "./fold-rules.ts";
export { crmStatus, type CrmStatus } from "./crm-status.ts";
export { callIdOf, leadIdOf } from "./references.ts";

// For doors: adapters to frameworks and runtimes.
export type {
  Answer,
  Delivery,
  DeliveryError,
  DeliveryStatus,
  HeaderRecord,
  IncomingRequest,
  ReadBody,
} from "./delivery.ts";

export { bodyOf, toResponse } from "./fetch.ts";
export type { WithinTime } from "./read-body.ts";

// For archives of recordings.
export type { ArchivedContent, RecordingArchive } from "./recording-archive.ts";
export type { RecordingStream } from "./recording-stream.ts";

// For providers.
export type {
  ApiAccount,
  ApiContext,
  ApiListQuery,
  ApiPage,
  ApiRecord,
  FindContext,
  ProviderApi,
  RecordingLocation,
  RequestLimit,
  WebhookSetup,
  WebhookSetupResult,
  WebhookTarget,
} from "./provider-api.ts";
export type { InboundAnswer, InboundQuestion, Provider, ProviderRoute, Translation, VendorReply } from "./provider.ts";
export type { FormFields, RawDelivery, VerifiedDelivery } from "./delivery.ts";
export type {
  CustomVerification,
  Freshness,
  HmacVerification,
  NoVerification,
  Secrets,
  SharedSecretVerification,
  SignableRequest,
  SignatureFormat,
  SignedCandidates,
  SignedContent,
  SignedMessage,
  SignedMessageLayout,
  Verification,
} from "./verification.ts";
export { verifyDelivery, type VerifyOptions } from "./verify.ts";
export { signRequest, type SignOptions } from "./sign.ts";
export { requireSecrets } from "./secrets.ts";
export { checkClient } from "./check-client.ts";
export { yieldingEnd } from "./yielding-end.ts";
export { createHmacKey, sha256Hex } from "./hash.ts";
export type { HashName, HmacKey, MessagePart, SignatureEncoding } from "./hmac.ts";
export { createReference } from "./references.ts";
export { phoneFromE164 } from "./e164.ts";
export { toMoney } from "./money.ts";
export { addSeconds, isoFromMs, isoFromSeconds, isoFromText } from "./time.ts";
export { formToRecord, parseForm } from "./form.ts";
export { isRecord, parseJson } from "./json.ts";
export { payloadReaders, type PayloadReader, type PayloadReaders, type ReadMembers } from "./payload-readers.ts";
export { headerOf, headerRecord, isHeaderName, mediaTypeOf } from "./headers.ts";
export { pathOf, queryOf, targetOf } from "./request-target.ts";

// For storages.
export type {
  Checkpoint,
  ClaimedJobs,
  DeliveryQuery,
  DeliverySummary,
  DeliveryUpdate,
  EventOf,
  Expired,
  Expiry,
  ListQuery,
  Page,
  RecordOf,
  Storage,
  StorageHealth,
  StorageTransaction,
  Stored,
  Subject,
  SubjectChange,
  Subjects,
} from "./storage.ts";
export type { Job, JobClaim, JobQuery, JobRetry, JobSettlement } from "./job.ts";
export type { ChangePage, ChangeQuery, FeedChange, RecordChange, RecordChangeType } from "./record-change.ts";
export { decodeCursor, encodeCursor, type CursorPosition } from "./cursor.ts";
export { referenceKey } from "./references.ts";
export { version } from "./version.ts";
