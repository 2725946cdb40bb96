namespace Parley.Server.Voice;

/// <summary>How much voice agents may make the server keep.</summary>
public sealed record VoiceLimits
{
    /// <summary>Bytes of one command, at least 1,024. Default: 1 MiB, which is 24 s of audio in a tts command; a larger one closes its socket.</summary>
    public int MaxMessage { get; init; } = 1 << 20;

    /// <summary>Sessions at a time, at least 1. Default: 2,000; a further one gets 503.</summary>
    public int MaxSessions { get; init; } = 2_000;

    /// <summary>Sockets of one client, that is, of one key and address, at least 1. Default: 1,000, half of all; a further one gets 429.</summary>
    public int MaxSessionsPerClient { get; init; } = 1_000;

    /// <summary>Events that wait to be read, of each reader, at least 16. Default: 1,024, a minute of a busy call; further ones are counted and missed.</summary>
    public int MaxWaiting { get; init; } = 1_024;

    /// <summary>What the other side of a call has caused and the session has not told yet, keys above all, at least 1. Default: 256, far beyond fingers; what exceeds it is counted and told as lost.</summary>
    public int MaxFromOutside { get; init; } = 256;

    /// <summary>Readers of one session's server-sent events, at least 1. Default: 8; a further one gets 429.</summary>
    public int MaxFollowers { get; init; } = 8;

    /// <summary>Incoming calls that wait to be claimed, at least 1. Default: 500; a further one is refused with 503.</summary>
    public int MaxPending { get; init; } = 500;

    /// <summary>Bytes of what a bot's web service answers to a tool, at least 256. Default: 64 KiB, which a model still reads; a larger one is a failure of the tool.</summary>
    public int MaxToolAnswer { get; init; } = 64 << 10;

    /// <summary>How long a bot's web service may take to answer. Default: 10 s, while a caller waits; past it the tool has failed.</summary>
    public TimeSpan ToolTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Audio that came over a socket and waits to be heard, of each session. Default: 10 s, a long sentence sent in one go; what exceeds it is lost and told.</summary>
    public TimeSpan MaxSocketAudio { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Audio that waits to be read from a socket. Default: 1 s; of what exceeds it the oldest is lost and told.</summary>
    public TimeSpan MaxAudioBehind { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Audio that came from the socket of a media pass and waits to be heard. Default: 60 s, a long reply sent in one go; what exceeds it is lost and told.</summary>
    public TimeSpan MaxPassedAudio { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long one event may take to be accepted by the peer's side. Default: 10 s; past it the socket is dropped.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
