using System.Text.Json.Serialization;
using System.Text;

namespace Parley.Contracts.Voice.Options;

/// <summary>What a call is made of.</summary>
public sealed record CallOption
{
    /// <summary>Takes noise out of what is heard.</summary>
    public bool? Denoise { get; init; }

    /// <summary>Automatic gain; null for none.</summary>
    public AgcOption? Agc { get; init; }

    /// <summary>Session description of a browser.</summary>
    public string? Offer { get; init; }

    /// <summary>Whom to call: a SIP URI.</summary>
    public string? Callee { get; init; }

    /// <summary>Who calls: a SIP URI, its scheme may be left out.</summary>
    public string? Caller { get; init; }

    /// <summary>Records the call; null for not.</summary>
    public RecorderOption? Recorder { get; init; }

    /// <summary>Voice activity; null for none.</summary>
    public VadOption? Vad { get; init; }

    /// <summary>Recognition; null for none.</summary>
    public AsrOption? Asr { get; init; }

    /// <summary>Synthesis; null for espeak-ng.</summary>
    public TtsOption? Tts { get; init; }

    /// <summary>Audio to and from a WebSocket of its own; null for none.</summary>
    public MediaPassOption? MediaPass { get; init; }

    /// <summary>Seconds the other side may take to answer: a number, <c>"30"</c> or <c>"30s"</c>.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public double? HandshakeTimeout { get; init; }

    /// <summary>False refuses to call an address of IPv6; null for whatever the callee's is.</summary>
    public bool? EnableIpv6 { get; init; }

    /// <summary>Seconds without audio of the other side before the call is ended; null for never.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public double? InactivityTimeout { get; init; }

    /// <summary>Account and headers.</summary>
    public SipOption? Sip { get; init; }

    /// <summary>Anything, kept with the call.</summary>
    public IReadOnlyDictionary<string, string>? Extra { get; init; }

    /// <summary>Of a SIP call, the codec that is preferred: <c>pcmu</c>, <c>pcma</c> or <c>g722</c>. Audio on the socket: <c>pcm</c> (16-bit little-endian, 16 kHz), <c>pcmu</c>, <c>pcma</c> or <c>g722</c>; null for pcm.</summary>
    public string? Codec { get; init; }

    /// <summary>Noise of a place beneath all that is said; null for none.</summary>
    public AmbianceOption? Ambiance { get; init; }

    /// <summary>End of utterance; null for none.</summary>
    public EouOption? Eou { get; init; }

    /// <summary>A model that hears and speaks by itself.</summary>
    public RealtimeOption? Realtime { get; init; }

    /// <summary>Sends the audio of the call over the socket, too.</summary>
    public bool? Subscribe { get; init; }

    /// <summary>Whether ICE is answered without looking for addresses.</summary>
    public bool? EnableIceLite { get; init; }

    /// <summary>Listens for tones of the network; null for not.</summary>
    public RingbackDetectionOption? RingbackDetection { get; init; }

    /// <summary>Name of a bot of the server's that leads the conversation; what the other options say goes before what it is made of. Null for none.</summary>
    public string? Bot { get; init; }

    /// <summary>Tells whether a person or a machine answered; null for not.</summary>
    public AmdOption? Amd { get; init; }
}

/// <summary>How a call is recorded.</summary>
public sealed record RecorderOption
{
    /// <summary>File name within the server's folder of recordings; <c>{id}</c> is the session's id. Null or empty for one made of that.</summary>
    public string? RecorderFile { get; init; }

    /// <summary>Samples per second; null for 16000.</summary>
    public int? Samplerate { get; init; }

    /// <summary>Milliseconds between writes; null for 200.</summary>
    public int? Ptime { get; init; }

    /// <summary><c>wav</c> or <c>pcm</c>: 16-bit PCM, left what is heard, right what is said; <c>pcmu</c>, <c>pcma</c>: G.711 so; <c>g722</c>: G.722, both in one channel. All in a WAV file; null for wav.</summary>
    public string? Format { get; init; }
}

/// <summary>Account and headers of a call.</summary>
public sealed record SipOption
{
    /// <summary>User name for challenges.</summary>
    public string? Username { get; init; }

    /// <summary>Password for challenges.</summary>
    public string? Password { get; init; }

    /// <summary>Realm of the account: a challenge of another one is a refusal. With no caller given, the host of the caller. Null for any.</summary>
    public string? Realm { get; init; }

    /// <summary>Contact of an outgoing call: a URI, or a user alone. Its user is shown; the host is always the server's, since requests within the call have to come there.</summary>
    public string? Contact { get; init; }

    /// <summary>Further headers of the INVITE.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>
    /// Headers of the BYE. In their values <c>{{name}}</c> stands for session_id, call_type, caller, callee, start_time or a member of <see cref="CallOption.Extra"/>, and <c>{{sip["X-Name"]}}</c> for
    /// a header of the other side that <see cref="ExtractHeaders"/> names.
    /// </summary>
    [JsonPropertyName("hangup_headers")]
    public IReadOnlyDictionary<string, string>? HangupHeaders { get; init; }

    /// <summary>Headers of the other side's INVITE, of its answer and of its BYE that the hangup event has among its <c>extra</c>, and the incoming event among its headers.</summary>
    [JsonPropertyName("extract_headers")]
    public IReadOnlyList<string>? ExtractHeaders { get; init; }

    /// <summary>True demands encrypted audio (SRTP with keys in the session description); otherwise it is as the server has it.</summary>
    [JsonPropertyName("enable_srtp")]
    public bool? EnableSrtp { get; init; }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Username = {Username}, Realm = {Realm}, Contact = {Contact}, EnableSrtp = {EnableSrtp}");
        return true;
    }
}

/// <summary>How a call is connected with somebody else.</summary>
public sealed record ReferOption
{
    /// <summary>Takes noise out of what he says.</summary>
    public bool? Denoise { get; init; }

    /// <summary>Automatic gain.</summary>
    public AgcOption? Agc { get; init; }

    /// <summary>Seconds he may take to answer; null for 30.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public double? Timeout { get; init; }

    /// <summary>File or URL heard until then; null for silence.</summary>
    public string? Moh { get; init; }

    /// <summary>Voice activity of his.</summary>
    public VadOption? Vad { get; init; }

    /// <summary>Recognition of his words.</summary>
    public AsrOption? Asr { get; init; }

    /// <summary>Ends this call when his ends; null for true.</summary>
    public bool? AutoHangup { get; init; }

    /// <summary>Account and headers.</summary>
    public SipOption? Sip { get; init; }

    /// <summary>Call-ID of the call to him.</summary>
    public string? CallId { get; init; }

    /// <summary>Ceases to recognise this call meanwhile.</summary>
    public bool? PauseParentAsr { get; init; }

    /// <summary>Passes digits on; null for true.</summary>
    public bool? ForwardDtmf { get; init; }

    /// <summary><c>bridge</c>: the server calls him; <c>refer</c>: the phone does (REFER) and leaves this server. Null for bridge.</summary>
    public string? Method { get; init; }

    /// <summary>
    /// With <see cref="Method"/> <c>refer</c>: the session whose other side the phone is to be connected with, in the place of that session's call (attended transfer, REFER with Replaces).
    /// Null for the callee.
    /// </summary>
    public string? TargetSessionId { get; init; }
}
