using Microsoft.Extensions.Logging;
using Parley.Net.Http;
using Parley.Server.Voice.Extras;
using Parley.Server.Voice.Incoming;
using Parley.Server.Voice.Records;
using Parley.Speech.Dialogue;
using Parley.Speech.Recognition;
using Parley.Speech.Vendors;

namespace Parley.Server.Voice;

/// <summary>How voice agents are served.</summary>
public sealed record VoiceOptions
{
    /// <summary>How much they may make the server keep. Default: that type's defaults.</summary>
    public VoiceLimits Limits { get; init; } = new();

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Recognisers and synthesisers; stay their owner's. Default: those Parley knows, without a cache.</summary>
    public SpeechProviders? Speech { get; init; }

    /// <summary>How recognition copes with vendors that fail: retries, time-outs, when the next one is tried. Default: that type's defaults.</summary>
    public RecognitionStreamOptions Recognition { get; init; } = new();

    /// <summary>Bots by name: an <c>invite</c> or <c>accept</c> names one in <c>option.bot</c>, <see cref="VoiceSurface.ServeBotAsync"/> lets one answer by itself. Default: none.</summary>
    public IReadOnlyDictionary<string, BotSettings> Bots { get; init; } = new Dictionary<string, BotSettings>();

    /// <summary>Folder of the files that may be played. Default: none, and none may.</summary>
    public string? Prompts { get; init; }

    /// <summary>Where URLs may lead that commands name: of what is played, of vendors' servers (<c>endpoint</c>), of sockets that get the audio. Vendors' own addresses need none of it. Default: nowhere.</summary>
    public UrlGuard Urls { get; init; } = UrlGuard.Nothing;

    /// <summary>
    /// What becomes of an address that a command calls: gives what is dialled instead, and how. An <see cref="ArgumentException"/> is the command's error. Default: it is dialled as it is.
    /// </summary>
    public Func<string, DialOptions, (string Uri, DialOptions Options)>? Dial { get; init; }

    /// <summary>Folder of recordings. Default: none, and nothing may be recorded.</summary>
    public string? Recordings { get; init; }

    /// <summary>Folder where each session's commands and events are written down, one file each, without secrets. Default: none.</summary>
    public string? Dumps { get; init; }

    /// <summary>What is kept of calls that are over. Default: nothing.</summary>
    public CallRecordOptions? CallRecords { get; init; }

    /// <summary>The service behind <c>/llm/v1</c>. Default: none, and there is no such path.</summary>
    public LlmProxyOptions? Llm { get; init; }

    /// <summary>How long a session outlives its socket, so that one can come back with its id. Default: zero, the call ends with the socket.</summary>
    public TimeSpan Grace { get; init; }

    /// <summary>Whether a call ends with the one a <c>refer</c> made, when the command does not say. Default: true.</summary>
    public bool ReferEndsCall { get; init; } = true;

    /// <summary>Writes the reason of a <c>hangup</c> as the original server does, <c>Some(ByCallee)</c> or <c>Some(Other("bye"))</c>, for programs that compare with that. Default: false, the bare word.</summary>
    public bool LegacyReasons { get; init; }

    /// <summary>How incoming calls are announced. Default: not at all; they are refused.</summary>
    public WebhookOptions? Webhook { get; init; }

    /// <summary>What browsers are told by <c>/iceservers</c>. Default: none.</summary>
    public IReadOnlyList<IceServer> IceServers { get; init; } = [];

    /// <summary>Where faults are logged. Default: nowhere.</summary>
    public ILoggerFactory? Logging { get; init; }
}
