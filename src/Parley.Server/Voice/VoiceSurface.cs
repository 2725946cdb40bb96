using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Parley.Media.Files;
using Parley.Server.Access;
using Parley.Server.Hosting;
using Parley.Server.Voice.Extras;
using Parley.Server.Voice.Incoming;
using Parley.Server.Voice.Sessions;
using Parley.Server.Voice.Sockets;

namespace Parley.Server.Voice;

/// <summary>The voice agents' API as part of a host: one WebSocket per call at <c>/call/sip</c>, and beside it HTTP to list, end and follow sessions.</summary>
public sealed partial class VoiceSurface : ApiSurface
{
    // The original's interval between pings, in seconds, and its name for what the other side hears.
    private const uint DefaultPing = 20;
    private const string DefaultBotTrack = "server-side-track";

    // An id becomes the name of a file and a path segment of a URL.
    private const int MaxId = 128;

    private const string Unavailable = "ServerUnavailable";

    // What a BYE and the last event take; who does not read by then has lost it.
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(2);

    // Without one, keep-alives would be pongs that nobody asked for. Programs that stand at a breakpoint are to live; networks that have gone are found out in time.
    private static readonly TimeSpan PongTimeout = TimeSpan.FromMinutes(2);

    private static readonly string[] Roots = ["/call", "/list", "/kill", "/command", "/events", "/iceservers", "/health", "/metrics", "/precache", "/api/records", "/llm/v1", "/openapi.json", "/asyncapi.json"];

    private readonly VoiceCore _core;
    private readonly LlmProxy? _llm;
    private int _disposed;
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationTokenSource _draining = new();

    /// <summary>Makes one for the calls of a user agent.</summary>
    /// <param name="agent">Who calls; stays its owner's. Its handler gives incoming calls to <see cref="ServeAsync(IncomingCall, CancellationToken)"/>.</param>
    /// <param name="options">Limits, speech, folders, webhook. Default: that type's defaults.</param>
    public VoiceSurface(UserAgent agent, VoiceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(agent);
        _core = new(agent, options ?? new());
        _llm = options?.Llm is { } llm ? new(llm) : null;
    }

    /// <inheritdoc/>
    public override string Path => "/call";

    /// <summary>Sessions there are now.</summary>
    public int Sessions => _core.Sessions.Count;

    /// <summary>What it has done, and what exists now.</summary>
    public VoiceCounters Counters => _core.Counters;

    /// <inheritdoc/>
    public override bool Serves(PathString path)
    {
        var clean = Clean(path.Value);
        return Roots.Any(root => clean == root || clean.StartsWith(root + "/", StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public override Task AnswerAsync(HttpContext context, ApiGate gate)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(gate);
        return Clean(context.Request.Path.Value) switch
        {
            "/call/sip" => ServeSocketAsync(context, gate, VoiceKind.Sip),
            "/call/webrtc" => ServeSocketAsync(context, gate, VoiceKind.WebRtc),
            "/call" => ServeSocketAsync(context, gate, VoiceKind.WebSocket),
            var path => AnswerHttpAsync(context, gate, path.Split('/', StringSplitOptions.RemoveEmptyEntries)),
        };
    }

    /// <summary>Begins no more sessions, refuses the calls that wait for one, and gives the sessions that have a call time to end it; those left are hung up, for the reason <c>ServerUnavailable</c>.</summary>
    /// <param name="patience">How long sessions have.</param>
    /// <param name="cancel">Ends that time.</param>
    public async Task DrainAsync(TimeSpan patience, CancellationToken cancel = default)
    {
        _core.Close();
        await _draining.CancelAsync();
        var sessions = _core.Sessions.Values.ToArray();
        foreach (var session in sessions.Where(session => !session.HasCall))
            session.Kill(Unavailable);
        using var limit = new CancellationTokenSource(patience, _core.Options.Time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        await Task.WhenAny(Task.WhenAll(sessions.Select(session => session.Over)), Task.Delay(Timeout.Infinite, over.Token));
        foreach (var session in _core.Sessions.Values)
            session.Kill(Unavailable);
        // The sockets, too: what they still have to tell is the end of their calls.
        var ends = _core.Sessions.Values.Select(session => session.Over).Append(_core.Clients.WhenEmpty());
        await Task.WhenAny(Task.WhenAll(ends), Task.Delay(EndTimeout, CancellationToken.None));
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await DrainAsync(TimeSpan.Zero);
        await _ending.CancelAsync();
        _core.Dispose();
        _llm?.Dispose();
        _draining.Dispose();
        _ending.Dispose();
    }

    // Clients put slashes at both ends of what they join.
    private static string Clean(string? path) => "/" + string.Join('/', (path ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries));

    private DumpFile? DumpOf(string id) =>
        _core.Options.Dumps is { } folder && FolderPath.Below(folder, id + ".events.jsonl") is { } file ? new(file, _core.Log) : null;

    private async Task ServeSocketAsync(HttpContext context, ApiGate gate, VoiceKind kind)
    {
        if (await gate.AdmitAsync(context, whole: true) is { } principal)
            await _core.Clients.ServeAsync(context, principal, "one for each call", _core.Counters.SessionRefused, () => ServeSessionAsync(context, kind));
    }

    private async Task ServeSessionAsync(HttpContext context, VoiceKind kind)
    {
        var query = context.Request.Query;
        // Ids that were not escaped come with their plus signs as spaces.
        var id = query["id"] is [{ Length: > 0 } given] ? given.Replace(' ', '+') : $"s.{Guid.NewGuid()}";
        if (id.Length > MaxId || id.AsSpan().ContainsAny("/\\\r\n") || id.StartsWith('.'))
        {
            await ApiGate.RefuseAsync(context, StatusCodes.Status400BadRequest, "An id has at most 128 characters, no slash, no line end and no dot in front.");
            return;
        }

        if (query["forward"] == "true" && !_core.Sessions.ContainsKey(id) && !_core.Pending.ContainsKey(id))
        {
            await ApiGate.RefuseAsync(context, StatusCodes.Status404NotFound, "The call is not here.");
            return;
        }

        var bot = query["serverSideTrack"] is [{ Length: > 0 } name] ? name : DefaultBotTrack;
        var (session, status) = _core.Enter(id, pending => new(_core, id, kind, bot, query["dump"] == "false" ? null : DumpOf(id), pending) { HasBinaryHeader = query["binaryHeader"] == "1" || query["binaryHeader"] == "true" });
        if (session is null)
        {
            _core.Counters.SessionRefused();
            await ApiGate.RefuseAsync(context, status, status == 409 ? "This session has its socket already." : "There are too many sessions, or the server ends.");
            return;
        }

        var ping = uint.TryParse(query["ping"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : DefaultPing;
        var every = ping == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(Math.Min(ping, 86_400));
        if (ping > 0 && query["jsonPing"] == "true")
            session.Ping(every);
        WebSocket socket;
        try
        {
            socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = every, KeepAliveTimeout = PongTimeout });
        }
        catch
        {
            session.Detach();
            throw;
        }

        using (socket)
            await new VoiceSocket(socket, session, _core.Options.Limits).RunAsync(_ending.Token);
    }
}
