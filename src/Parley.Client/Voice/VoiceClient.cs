using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;

namespace Parley.Client.Voice;

/// <summary>
/// One call of a voice agent: commands to the server, events from it. For any thread. Events are seen by handlers (<see cref="On{TEvent}(Func{TEvent, Task})"/>), in a loop
/// (<see cref="ReadAllAsync"/>) and one by one (<see cref="WaitForAsync{TEvent}"/>), always in their order.
/// </summary>
/// <example><code>
/// await using var call = await VoiceClient.ConnectAsync();
/// call.On&lt;SpeakingEvent&gt;(_ => call.InterruptAsync());
/// call.On&lt;AsrFinalEvent&gt;(heard => call.SpeakAsync($"You said: {heard.Text}"));
/// await call.InviteAsync(new() { Callee = "sip:alice@10.0.0.10", Asr = new() { Provider = "deepgram" } });
/// await call.SpeakAsync("Hello!");
/// await call.WaitForEndAsync();
/// </code></example>
public sealed partial class VoiceClient : IAsyncDisposable
{
    private readonly VoiceClientOptions _options;
    private readonly VoiceConnection _connection;
    private readonly VoiceDump? _dump;
    private readonly EventQueue _events, _handled;
    private readonly Channel<VoiceAudio> _audio;
    private readonly TaskCompletionSource<VoiceEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();
    private readonly AsyncLocal<bool> _isInHandler = new();
    private CancellationTokenRegistration _cancelled;
    private Task _reading = Task.CompletedTask, _handling = Task.CompletedTask;
    private Task? _disposing;
    private long _lastSeq, _missed;
    private volatile VoiceEvent? _last;
    private volatile bool _isCallBegun, _isCallEnding;

    private VoiceClient(VoiceClientOptions options)
    {
        _options = options;
        Id = options.Id ?? $"s.{Guid.NewGuid()}";
        Ended = _ended.Token;
        _connection = new(options, Id);
        _dump = options.DumpFile is { } file ? new(file, options.Log) : null;
        _events = new(options.MaxEvents);
        _handled = new(options.MaxEvents);
        _audio = Channel.CreateBounded<VoiceAudio>(new BoundedChannelOptions(options.MaxAudio) { FullMode = BoundedChannelFullMode.DropOldest });
    }

    /// <summary>Id of the session: what other sessions name it by (<see cref="BridgeAsync"/>), and the server's list.</summary>
    public string Id { get; }

    /// <summary>Fires when the session is over.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Connects a session. The server tells nothing before its first command, so handlers can be registered after this.</summary>
    /// <param name="options">Where to, and as whom. Default: to this machine.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="WebSocketException">There is no server, or it does not let us in.</exception>
    /// <exception cref="VoiceCallException">There is neither a call nor a session of that id, and <see cref="VoiceClientOptions.OnlyExisting"/> wants one.</exception>
    /// <exception cref="ArgumentException">The id is none.</exception>
    public static async Task<VoiceClient> ConnectAsync(VoiceClientOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new();
        if (options.Id is { } id && (id.Length is 0 or > 128 || id.AsSpan().ContainsAny("/\\\r\n") || id[0] == '.'))
            throw new ArgumentException("An id has 1 to 128 characters, no slash, no line end and no dot in front.", nameof(options));
        var client = new VoiceClient(options);
        try
        {
            await client._connection.ConnectAsync(cancel).ConfigureAwait(false);
        }
        catch
        {
            await client.ReleaseAsync().ConfigureAwait(false);
            throw;
        }

        options.Log?.Invoke(VoiceLogLevel.Information, $"Session {client.Id} is connected with {options.Server.Host}:{options.Server.Port}.");
        client._reading = client.ReadAsync();
        client._cancelled = options.Cancel.Register(() => _ = client.DisposeAsync().AsTask());
        return client;
    }

    /// <summary>The events in their order, until the session is over. One reader. Where he was too slow, a <see cref="MissedEvent"/> tells how many are missing.</summary>
    /// <param name="cancel">Ends the reading.</param>
    public IAsyncEnumerable<VoiceEvent> ReadAllAsync(CancellationToken cancel = default) => _events.ReadAllAsync(cancel);

    /// <summary>Frames of audio in their order, until the session is over; of those that nobody reads the oldest are left out. One reader.</summary>
    /// <param name="cancel">Ends the reading.</param>
    public IAsyncEnumerable<VoiceAudio> ReadAudioAsync(CancellationToken cancel = default) => _audio.Reader.ReadAllAsync(cancel);

    /// <summary>Waits until the session is over.</summary>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>How it ended.</returns>
    public async Task<VoiceEnd> WaitForEndAsync(CancellationToken cancel = default)
    {
        try
        {
            return await _end.Task.WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_end.Task.IsCompletedSuccessfully)
        {
            return await _end.Task.ConfigureAwait(false); // by a token that fired because it is the end
        }
    }

    /// <summary>Sends any command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancel">Gives up waiting for its turn, and for a connection that is made anew; what is being sent is sent.</param>
    /// <exception cref="IOException">The session is over.</exception>
    public async Task SendAsync(VoiceCommand command, CancellationToken cancel = default)
    {
        var message = VoiceWire.Write(command);
        _isCallBegun |= command is InviteCommand or AcceptCommand or RingingCommand or RejectCommand;
        _isCallEnding |= command is RejectCommand or HangupCommand { Refer: not true };
        _dump?.Add("command", message);
        _options.Log?.Invoke(VoiceLogLevel.Debug, $"Session {Id}: command {command.Command}");
        await _connection.SendAsync(message, WebSocketMessageType.Text, cancel).ConfigureAwait(false);
    }

    /// <summary>Sends audio: what the other side is to hear, where this program has the audio (<see cref="VoiceCallType.WebSocket"/>).</summary>
    /// <param name="frame">
    /// Samples as of <see cref="Contracts.Voice.Options.CallOption.Codec"/>, by default 16-bit little-endian PCM at 16 kHz, best 20 ms (640 bytes) at a time and not faster than they are heard.
    /// </param>
    /// <param name="cancel">Gives up waiting for its turn.</param>
    /// <exception cref="IOException">The session is over.</exception>
    public Task SendAudioAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel = default) => _connection.SendAsync(frame, WebSocketMessageType.Binary, cancel);

    /// <summary>Ends the call, waits for its last event and for handlers, at most <see cref="VoiceClientOptions.ShutdownTimeout"/>, and closes the session.</summary>
    /// <param name="reason">Why, for the <see cref="HangupEvent"/>; null for none.</param>
    public async Task ShutdownAsync(string? reason = null)
    {
        Task? own = null;
        lock (_end)
            _disposing ??= own = Task.Run(() => EndAsync(reason));
        if (own is null && _isInHandler.Value)
            return;
        await _disposing.ConfigureAwait(false);
    }

    /// <summary>Ends the call that is still up, and closes the session: <see cref="ShutdownAsync"/>.</summary>
    public ValueTask DisposeAsync() => new(ShutdownAsync());

    private async Task EndAsync(string? reason)
    {
        using var limit = new CancellationTokenSource(_options.ShutdownTimeout);
        try
        {
            // A call that waits is there without a command of ours; it would go on to wait for somebody else.
            if ((_isCallBegun || _options.OnlyExisting) && _last is null && !_reading.IsCompleted)
            {
                if (!_isCallEnding)
                    await HangUpAsync(reason, limit.Token).ConfigureAwait(false);
                await _reading.WaitAsync(limit.Token).ConfigureAwait(false);
            }

            await _connection.CloseAsync(limit.Token).ConfigureAwait(false);
            await _reading.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Gone meanwhile, or it takes too long.
        }

        _connection.Abort();
        await _reading.ConfigureAwait(false);
        try
        {
            // A handler that closes the session cannot be waited for.
            if (!_isInHandler.Value)
                await _handling.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _options.Log?.Invoke(VoiceLogLevel.Warning, $"Session {Id}: a handler still runs.");
        }

        await ReleaseAsync().ConfigureAwait(false);
    }

    private async Task ReleaseAsync()
    {
        await _cancelled.DisposeAsync().ConfigureAwait(false);
        _connection.Dispose();
        if (_dump is not null)
            await _dump.DisposeAsync().ConfigureAwait(false);
        _ended.Dispose();
    }

    private async Task ReadAsync()
    {
        await Task.Yield();
        await _connection.RunAsync(Take, () => _last is not null).ConfigureAwait(false);
        var end = _last is { } last ? VoiceEnd.Of(last) : new(_connection.Why, null, null);
        _options.Log?.Invoke(VoiceLogLevel.Information, $"Session {Id} is over: {end.Reason}");
        FailWaiters(end);
        _events.Complete();
        _handled.Complete();
        _audio.Writer.TryComplete();
        Guard("OnClosed", () => _options.OnClosed?.Invoke(end));
        await _ended.CancelAsync().ConfigureAwait(false);
    }

    private void Take(ReadOnlyMemory<byte> message, bool isText)
    {
        if (!isText)
        {
            TakeAudio(message.Span);
            return;
        }

        VoiceEvent happened;
        try
        {
            happened = VoiceWire.ReadEvent(message);
        }
        catch (JsonException e)
        {
            _options.Log?.Invoke(VoiceLogLevel.Warning, $"Session {Id}: the server sent what is no event: {e.Message}");
            return;
        }

        if (IsRepeated(happened))
            return;
        _dump?.Add("event", message.Span);
        _options.Log?.Invoke(VoiceLogLevel.Debug, $"Session {Id}: event {happened.Event}");
        if (_options.OnMessage is { } told)
        {
            var text = System.Text.Encoding.UTF8.GetString(message.Span);
            Guard(happened.Event, () => told(happened.Event, text));
        }

        Tell(happened);
    }

    // What a broken connection did not deliver comes again over the next; what was on the way when it broke is missing, and nobody else knows.
    private bool IsRepeated(VoiceEvent happened)
    {
        if (happened is MissedEvent missed)
            _missed += missed.Count;
        if (happened.Seq is not { } seq)
            return false;
        if (seq <= _lastSeq)
            return true;
        if (_lastSeq > 0 && seq - _lastSeq - 1 - _missed is > 0 and var lost)
            Tell(new MissedEvent { Count = lost, Timestamp = happened.Timestamp });
        (_lastSeq, _missed) = (seq, 0);
        return false;
    }

    private void TakeAudio(ReadOnlySpan<byte> frame)
    {
        var hasTrack = _options.BinaryHeader || _options.CallType != VoiceCallType.WebSocket;
        if (frame.Length <= (hasTrack ? 1 : 0))
            return;
        var audio = new VoiceAudio(hasTrack ? frame[0] : null, frame[(hasTrack ? 1 : 0)..].ToArray());
        if (_options.OnAudio is { } told)
            Guard("audio", () => told(audio));
        else
            _audio.Writer.TryWrite(audio);
    }
}
