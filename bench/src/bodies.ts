/** What the vendors' bodies hold, as far as the handlers written by hand read it. */

export interface RetellBody {
  readonly event: string;
  readonly call: {
    readonly call_id: string;
    readonly direction: string;
    readonly from_number: string;
    readonly to_number: string;
    readonly start_timestamp: number;
    readonly end_timestamp: number;
    readonly duration_ms: number;
    readonly recording_url: string;
    readonly transcript_object: readonly {
      readonly role: string;
      readonly content: string;
      readonly words: readonly { readonly start: number }[];
    }[];
    readonly call_analysis?: { readonly call_summary: string };
  };
}

export interface ElevenLabsBody {
  readonly type: string;
  readonly data: {
    readonly conversation_id: string;
    readonly transcript: readonly {
      readonly role: string;
      readonly message: string;
      readonly time_in_call_secs: number;
    }[];
    readonly metadata: {
      readonly start_time_unix_secs: number;
      readonly call_duration_secs: number;
      readonly phone_call?: {
        readonly direction: string;
        readonly external_number: string;
        readonly agent_number: string;
      };
    };
    readonly analysis?: { readonly transcript_summary: string };
  };
}

export interface CallRailBody {
  readonly id: number;
  readonly resource_id: string;
  readonly company_resource_id: string;
  readonly person_resource_id?: string;
  readonly answered: boolean;
  readonly voicemail: boolean;
  readonly direction: "inbound" | "outbound";
  readonly customer_phone_number: string;
  readonly tracking_phone_number: string;
  readonly customer_name: string;
  readonly customer_city: string;
  readonly customer_state: string;
  readonly customer_country: string;
  readonly start_time: string;
  readonly duration: string;
  readonly recording: string;
  readonly recording_duration: number;
  readonly transcription: string;
  readonly source: string;
  readonly medium?: string;
  readonly campaign?: string;
  readonly keywords: string;
  readonly referring_url: string;
  readonly landing_page_url: string;
  readonly utm_medium: string;
  readonly utm_campaign: string;
  readonly utm_term: string;
  readonly utm_content?: string;
  readonly gclid: string;
  readonly fbclid?: string;
  readonly msclkid?: string;
  readonly lead_status: string;
  readonly tags: readonly (string | { readonly name: string })[];
  readonly note: string;
  readonly value: string | number;
}

export interface ConvosoBody {
  readonly call_log_id: string;
  readonly lead_id: string;
  readonly user_id: string;
  readonly agent_name: string;
  readonly campaign_id: string;
  readonly campaign_name: string;
  readonly phone_number: string;
  readonly caller_id_displayed: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  readonly city: string;
  readonly state: string;
  readonly country?: string;
  readonly call_type: string;
  readonly status: string;
  readonly status_name: string;
  readonly term_reason: string;
  readonly call_length: string;
  readonly call_date: string;
  readonly recording_url: string;
  readonly agent_comment: string;
}
