namespace Parley.Sip.Messages;

/// <summary>Header fields known by number; every other one is <see cref="Unknown"/> and known by its name only.</summary>
public enum HeaderId : byte
{
    /// <summary>A header field without a number here.</summary>
    Unknown,

    /// <summary>Via, compact form v (RFC 3261 §20.42).</summary>
    Via,

    /// <summary>From, compact form f (RFC 3261 §20.20).</summary>
    From,

    /// <summary>To, compact form t (RFC 3261 §20.39).</summary>
    To,

    /// <summary>Call-ID, compact form i (RFC 3261 §20.8).</summary>
    CallId,

    /// <summary>CSeq (RFC 3261 §20.16).</summary>
    CSeq,

    /// <summary>Contact, compact form m (RFC 3261 §20.10).</summary>
    Contact,

    /// <summary>Max-Forwards (RFC 3261 §20.22).</summary>
    MaxForwards,

    /// <summary>Content-Length, compact form l (RFC 3261 §20.14).</summary>
    ContentLength,

    /// <summary>Content-Type, compact form c (RFC 3261 §20.15).</summary>
    ContentType,

    /// <summary>Route (RFC 3261 §20.34).</summary>
    Route,

    /// <summary>Record-Route (RFC 3261 §20.30).</summary>
    RecordRoute,

    /// <summary>Allow (RFC 3261 §20.5).</summary>
    Allow,

    /// <summary>Supported, compact form k (RFC 3261 §20.37).</summary>
    Supported,

    /// <summary>Require (RFC 3261 §20.32).</summary>
    Require,

    /// <summary>Proxy-Require (RFC 3261 §20.29).</summary>
    ProxyRequire,

    /// <summary>Unsupported (RFC 3261 §20.40).</summary>
    Unsupported,

    /// <summary>Expires (RFC 3261 §20.19).</summary>
    Expires,

    /// <summary>Min-Expires (RFC 3261 §20.23).</summary>
    MinExpires,

    /// <summary>Authorization (RFC 3261 §20.7).</summary>
    Authorization,

    /// <summary>WWW-Authenticate (RFC 3261 §20.44).</summary>
    WwwAuthenticate,

    /// <summary>Proxy-Authorization (RFC 3261 §20.28).</summary>
    ProxyAuthorization,

    /// <summary>Proxy-Authenticate (RFC 3261 §20.27).</summary>
    ProxyAuthenticate,

    /// <summary>Authentication-Info (RFC 3261 §20.6).</summary>
    AuthenticationInfo,

    /// <summary>Proxy-Authentication-Info (RFC 7615 §4).</summary>
    ProxyAuthenticationInfo,

    /// <summary>User-Agent (RFC 3261 §20.41).</summary>
    UserAgent,

    /// <summary>Server (RFC 3261 §20.35).</summary>
    Server,

    /// <summary>Subject, compact form s (RFC 3261 §20.36).</summary>
    Subject,

    /// <summary>Date (RFC 3261 §20.17).</summary>
    Date,

    /// <summary>Accept (RFC 3261 §20.1).</summary>
    Accept,

    /// <summary>Accept-Encoding (RFC 3261 §20.2).</summary>
    AcceptEncoding,

    /// <summary>Accept-Language (RFC 3261 §20.3).</summary>
    AcceptLanguage,

    /// <summary>Accept-Contact, compact form a (RFC 3841 §9.2).</summary>
    AcceptContact,

    /// <summary>Reject-Contact, compact form j (RFC 3841 §9.2).</summary>
    RejectContact,

    /// <summary>Request-Disposition, compact form d (RFC 3841 §9.1).</summary>
    RequestDisposition,

    /// <summary>Content-Disposition (RFC 3261 §20.11).</summary>
    ContentDisposition,

    /// <summary>Content-Encoding, compact form e (RFC 3261 §20.12).</summary>
    ContentEncoding,

    /// <summary>Content-Language (RFC 3261 §20.13).</summary>
    ContentLanguage,

    /// <summary>MIME-Version (RFC 3261 §20.24).</summary>
    MimeVersion,

    /// <summary>Timestamp (RFC 3261 §20.38).</summary>
    Timestamp,

    /// <summary>Retry-After (RFC 3261 §20.33).</summary>
    RetryAfter,

    /// <summary>Reason (RFC 3326).</summary>
    Reason,

    /// <summary>Refer-To, compact form r (RFC 3515 §2.1).</summary>
    ReferTo,

    /// <summary>Referred-By, compact form b (RFC 3892).</summary>
    ReferredBy,

    /// <summary>Replaces (RFC 3891).</summary>
    Replaces,

    /// <summary>Event, compact form o (RFC 6665 §8.2.1).</summary>
    Event,

    /// <summary>Allow-Events, compact form u (RFC 6665 §8.2.2).</summary>
    AllowEvents,

    /// <summary>Subscription-State (RFC 6665 §8.2.3).</summary>
    SubscriptionState,

    /// <summary>Session-Expires, compact form x (RFC 4028 §4).</summary>
    SessionExpires,

    /// <summary>Min-SE (RFC 4028 §5).</summary>
    MinSE,

    /// <summary>RSeq (RFC 3262 §7.1).</summary>
    RSeq,

    /// <summary>RAck (RFC 3262 §7.2).</summary>
    RAck,

    /// <summary>Path (RFC 3327).</summary>
    Path,

    /// <summary>Service-Route (RFC 3608).</summary>
    ServiceRoute,

    /// <summary>SIP-ETag (RFC 3903 §11.3.1).</summary>
    SipETag,

    /// <summary>SIP-If-Match (RFC 3903 §11.3.2).</summary>
    SipIfMatch,

    /// <summary>P-Asserted-Identity (RFC 3325 §9.1).</summary>
    PAssertedIdentity,

    /// <summary>P-Preferred-Identity (RFC 3325 §9.2).</summary>
    PPreferredIdentity,

    /// <summary>P-Associated-URI (RFC 7315 §4.1).</summary>
    PAssociatedUri,

    /// <summary>P-Called-Party-ID (RFC 7315 §4.2).</summary>
    PCalledPartyId,

    /// <summary>P-Access-Network-Info (RFC 7315 §4.4).</summary>
    PAccessNetworkInfo,

    /// <summary>P-Charging-Vector (RFC 7315 §4.6).</summary>
    PChargingVector,

    /// <summary>P-Early-Media (RFC 5009).</summary>
    PEarlyMedia,

    /// <summary>Remote-Party-ID (draft-ietf-sip-privacy, widely deployed).</summary>
    RemotePartyId,

    /// <summary>Privacy (RFC 3323).</summary>
    Privacy,

    /// <summary>Diversion (RFC 5806).</summary>
    Diversion,

    /// <summary>History-Info (RFC 7044).</summary>
    HistoryInfo,

    /// <summary>Organization (RFC 3261 §20.25).</summary>
    Organization,

    /// <summary>Priority (RFC 3261 §20.26).</summary>
    Priority,

    /// <summary>Warning (RFC 3261 §20.43).</summary>
    Warning,

    /// <summary>Call-Info (RFC 3261 §20.9).</summary>
    CallInfo,

    /// <summary>Alert-Info (RFC 3261 §20.4).</summary>
    AlertInfo,

    /// <summary>Error-Info (RFC 3261 §20.18).</summary>
    ErrorInfo,

    /// <summary>In-Reply-To (RFC 3261 §20.21).</summary>
    InReplyTo,

    /// <summary>Reply-To (RFC 3261 §20.31).</summary>
    ReplyTo,

    /// <summary>Join (RFC 3911).</summary>
    Join,

    /// <summary>Target-Dialog (RFC 4538).</summary>
    TargetDialog,

    /// <summary>Refer-Sub (RFC 4488).</summary>
    ReferSub,

    /// <summary>Refer-Events-At (RFC 7614).</summary>
    ReferEventsAt,

    /// <summary>Identity, compact form y (RFC 8224 §4).</summary>
    Identity,

    /// <summary>Flow-Timer (RFC 5626 §4.4).</summary>
    FlowTimer,

    /// <summary>Info-Package (RFC 6086 §7).</summary>
    InfoPackage,

    /// <summary>Recv-Info (RFC 6086 §7).</summary>
    RecvInfo,

    /// <summary>Session-ID (RFC 7989).</summary>
    SessionId,

    /// <summary>User-to-User (RFC 7433).</summary>
    UserToUser,

    /// <summary>Geolocation (RFC 6442).</summary>
    Geolocation,

    /// <summary>Geolocation-Routing (RFC 6442).</summary>
    GeolocationRouting,

    /// <summary>Geolocation-Error (RFC 6442).</summary>
    GeolocationError,

    /// <summary>Answer-Mode (RFC 5373).</summary>
    AnswerMode,

    /// <summary>Priv-Answer-Mode (RFC 5373).</summary>
    PrivAnswerMode,

    /// <summary>Resource-Priority (RFC 4412).</summary>
    ResourcePriority,

    /// <summary>Accept-Resource-Priority (RFC 4412).</summary>
    AcceptResourcePriority,

    /// <summary>Security-Client (RFC 3329).</summary>
    SecurityClient,

    /// <summary>Security-Server (RFC 3329).</summary>
    SecurityServer,

    /// <summary>Security-Verify (RFC 3329).</summary>
    SecurityVerify,

    /// <summary>Suppress-If-Match (RFC 5839).</summary>
    SuppressIfMatch,

    /// <summary>Max-Breadth (RFC 5393).</summary>
    MaxBreadth,

    /// <summary>Feature-Caps (RFC 6809).</summary>
    FeatureCaps,
}
