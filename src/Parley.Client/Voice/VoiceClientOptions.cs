using System.Net.Security;
using System.Text;
using Parley.Contracts.Voice.Events;

namespace Parley.Client.Voice;

/// <summary>How a <see cref="VoiceClient"/> connects, and what it does beside that. Its text form shows no secrets.</summary>
public sealed record VoiceClientOptions
{
    /// <summary>The server's address: ws, wss, http or https. Default: <c>ws://127.0.0.1:8080</c>.</summary>
    public Uri Server { get; init; } = new("ws://127.0.0.1:8080");

    /// <summary>The key, where the server has any. Default: none.</summary>
    public string? Key { get; init; }

    /// <summary>How the audio travels. Default: by SIP.</summary>
    public VoiceCallType CallType { get; init; } = VoiceCallType.Sip;

    /// <summary>Id of the session: to answer a call, the dialog id of its webhook; to come back to a session that waits, its own. At most 128 characters. Default: one is made up.</summary>
    public string? Id { get; init; }

    /// <summary>Whether connecting fails where <see cref="Id"/> names neither a call that waits nor a session, instead of making a new session. Default: false.</summary>
    public bool OnlyExisting { get; init; }

    /// <summary>Whether the server writes down the session's commands and events, where it has a folder for that. Default: true.</summary>
    public bool Dump { get; init; } = true;

    /// <summary>File to which this client appends the session's commands and events, a line of JSON each, without secrets. Default: none.</summary>
    public string? DumpFile { get; init; }

    /// <summary>Time between the server's pings, in whole seconds; zero for none. Default: the server's, 20 s.</summary>
    public TimeSpan? Ping { get; init; }

    /// <summary>Whether the server also tells a <see cref="PingEvent"/> each time, for who wants to see that it lives. Default: false.</summary>
    public bool PingEvents { get; init; }

    /// <summary>The server's name for the track that the other side hears, in the events of this session. Default: <c>server-side-track</c>.</summary>
    public string? ServerSideTrack { get; init; }

    /// <summary>Whether each frame of audio from the server tells its track also in calls of <see cref="VoiceCallType.WebSocket"/>, as it does where a call's audio is subscribed to. Default: false.</summary>
    public bool BinaryHeader { get; init; }

    /// <summary>
    /// How long a connection that broke is tried to be made anew, with the same id. Default: zero, the session is over with its socket. The server has to keep sessions for as long:
    /// its grace time, off by default.
    /// </summary>
    public TimeSpan ReconnectFor { get; init; }

    /// <summary>First pause before connecting anew; each further one is twice as long, at most 5 s. Default: 200 ms.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long the end of a session may take: the call's end, and what handlers still have to do. Default: 2 s.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Fires when the session is to end: the call is hung up, as by <see cref="VoiceClient.ShutdownAsync"/>. Default: never.</summary>
    public CancellationToken Cancel { get; init; }

    /// <summary>Told each event as it comes, in order, before handlers and <see cref="VoiceClient.ReadAllAsync"/>; it must not wait. Default: nobody.</summary>
    public Action<VoiceEvent>? OnEvent { get; init; }

    /// <summary>Told the name and the JSON text of each event as it came, also of kinds this version does not know; it must not wait. Default: nobody.</summary>
    public Action<string, string>? OnMessage { get; init; }

    /// <summary>Told of audio as it comes; it must not wait. Default: nobody, it is kept for <see cref="VoiceClient.ReadAudioAsync"/>.</summary>
    public Action<VoiceAudio>? OnAudio { get; init; }

    /// <summary>Told once when the session is over. Default: nobody.</summary>
    public Action<VoiceEnd>? OnClosed { get; init; }

    /// <summary>Told lines for a log; they never hold secrets. Default: nobody.</summary>
    public Action<VoiceLogLevel, string>? Log { get; init; }

    /// <summary>Events kept for <see cref="VoiceClient.ReadAllAsync"/>, and as many for handlers, at least 1; past it the oldest are left out and counted. Default: 4,096, some minutes of a busy call.</summary>
    public int MaxEvents { get; init; } = 4_096;

    /// <summary>Frames of audio kept for <see cref="VoiceClient.ReadAudioAsync"/>, at least 1; past it the oldest are left out. Default: 500, ten seconds.</summary>
    public int MaxAudio { get; init; } = 500;

    /// <summary>Judges the server's certificate (wss). Default: the platform does.</summary>
    public RemoteCertificateValidationCallback? ValidateCertificate { get; init; }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Server = {Server}, CallType = {CallType}, Id = {Id}, ReconnectFor = {ReconnectFor}");
        return true;
    }
}
