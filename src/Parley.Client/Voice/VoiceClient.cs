using System.Net.WebSockets;
using System.Threading.Channels;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;

namespace Parley.Client.Voice;

/// <summary>One call of a voice agent: commands to the server, events from it. For any thread.</summary>
/// <example><code>
/// await using var call = await VoiceClient.ConnectAsync();
/// await call.InviteAsync(new() { Callee = "sip:alice@10.0.0.10", Asr = new() { Provider = "deepgram" } });
/// await call.SpeakAsync("Hello!");
/// await foreach (var happened in call.ReadAllAsync())
///     if (happened is AsrFinalEvent heard)
///         await call.SpeakAsync($"You said: {heard.Text}");
/// </code></example>
public sealed class VoiceClient : IAsyncDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly VoiceClientOptions _options;
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Channel<VoiceEvent> _events;
    private readonly CancellationTokenSource _closing = new();
    private TaskCompletionSource<AnswerEvent>? _answer;
    private Task _reading = Task.CompletedTask;

    private VoiceClient(VoiceClientOptions options)
    {
        _options = options;
        _events = Channel.CreateBounded<VoiceEvent>(new BoundedChannelOptions(options.MaxEvents) { FullMode = BoundedChannelFullMode.DropOldest });
    }

    /// <summary>Connects a session.</summary>
    /// <param name="options">Where to, and as whom. Default: to this machine.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="WebSocketException">There is no server, or it does not let us in.</exception>
    public static async Task<VoiceClient> ConnectAsync(VoiceClientOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new();
        var client = new VoiceClient(options);
        try
        {
            if (options.Key is { } key)
                client._socket.Options.SetRequestHeader("Authorization", "Bearer " + key);
            var query = options.Dump ? "?dump=true" : "?dump=false";
            if (options.Id is { } id)
                query += "&id=" + Uri.EscapeDataString(id);
            await client._socket.ConnectAsync(new(options.Server.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/call/sip" + query), cancel).ConfigureAwait(false);
            client._reading = client.ReadAsync();
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The events in their order, until the session is over. One reader.</summary>
    /// <param name="cancel">Ends the reading.</param>
    public IAsyncEnumerable<VoiceEvent> ReadAllAsync(CancellationToken cancel = default) => _events.Reader.ReadAllAsync(cancel);

    /// <summary>Calls somebody and waits for the answer.</summary>
    /// <param name="option">Whom, and what the call is made of.</param>
    /// <param name="cancel">Gives up, and hangs up.</param>
    /// <exception cref="VoiceCallException">The call was refused, or could not be made.</exception>
    public Task<AnswerEvent> InviteAsync(CallOption option, CancellationToken cancel = default) => SetUpAsync(new InviteCommand { Option = option }, cancel);

    /// <summary>Answers the incoming call of this session and waits until it is up.</summary>
    /// <param name="option">What the call is made of.</param>
    /// <param name="cancel">Gives up, and hangs up.</param>
    /// <exception cref="VoiceCallException">There is no such call, or it is over.</exception>
    public Task<AnswerEvent> AcceptAsync(CallOption option, CancellationToken cancel = default) => SetUpAsync(new AcceptCommand { Option = option }, cancel);

    /// <summary>Tells the caller that it rings.</summary>
    public Task RingAsync(string? ringtone = null, RecorderOption? recorder = null, CancellationToken cancel = default) =>
        SendAsync(new RingingCommand { Ringtone = ringtone, Recorder = recorder }, cancel);

    /// <summary>Refuses the incoming call of this session.</summary>
    public Task RejectAsync(string reason, int? code = null, CancellationToken cancel = default) => SendAsync(new RejectCommand { Reason = reason, Code = code }, cancel);

    /// <summary>Says a text: behind what the same play id has to say, or in the place of another's.</summary>
    public Task SpeakAsync(string text, string? playId = null, bool autoHangup = false, CancellationToken cancel = default) =>
        SendAsync(new TtsCommand { Text = text, PlayId = playId, AutoHangup = autoHangup, EndOfStream = true }, cancel);

    /// <summary>Says a piece of a text that comes in pieces, as from a language model.</summary>
    public Task SpeakPieceAsync(string text, string playId, bool isLast = false, CancellationToken cancel = default) =>
        SendAsync(new TtsCommand { Text = text, PlayId = playId, Streaming = true, EndOfStream = isLast }, cancel);

    /// <summary>Plays a file of the server's, or a URL.</summary>
    public Task PlayAsync(string url, bool autoHangup = false, CancellationToken cancel = default) => SendAsync(new PlayCommand { Url = url, AutoHangup = autoHangup }, cancel);

    /// <summary>Cuts what is said or played.</summary>
    /// <param name="graceful">Lets the text being said come to its end.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public Task InterruptAsync(bool graceful = false, CancellationToken cancel = default) => SendAsync(new InterruptCommand { Graceful = graceful }, cancel);

    /// <summary>Holds what is said or played.</summary>
    public Task PauseAsync(CancellationToken cancel = default) => SendAsync(new PauseCommand(), cancel);

    /// <summary>Lets it go on.</summary>
    public Task ResumeAsync(CancellationToken cancel = default) => SendAsync(new ResumeCommand(), cancel);

    /// <summary>Silences a track; null for both directions.</summary>
    public Task MuteAsync(string? trackId = null, CancellationToken cancel = default) => SendAsync(new MuteCommand { TrackId = trackId }, cancel);

    /// <summary>Ends that.</summary>
    public Task UnmuteAsync(string? trackId = null, CancellationToken cancel = default) => SendAsync(new UnmuteCommand { TrackId = trackId }, cancel);

    /// <summary>Presses keys.</summary>
    public Task SendDigitsAsync(string digits, CancellationToken cancel = default) => SendAsync(new SendDtmfCommand { Digits = digits }, cancel);

    /// <summary>Connects the call with somebody else.</summary>
    public Task ReferAsync(string callee, ReferOption? options = null, CancellationToken cancel = default) => SendAsync(new ReferCommand { Callee = callee, Options = options }, cancel);

    /// <summary>Ends the call; the session's last event tells so.</summary>
    public Task HangUpAsync(string? reason = null, CancellationToken cancel = default) => SendAsync(new HangupCommand { Reason = reason }, cancel);

    /// <summary>Sends any command.</summary>
    /// <exception cref="WebSocketException">The connection is lost.</exception>
    /// <exception cref="InvalidOperationException">The session is over.</exception>
    public async Task SendAsync(VoiceCommand command, CancellationToken cancel = default)
    {
        var message = VoiceWire.Write(command);
        await _sending.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            // Cancelling a send would break the connection; a message is small.
            await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, _closing.Token).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Closes the session; a call that is still up ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            using var limit = new CancellationTokenSource(CloseTimeout);
            try
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token).ConfigureAwait(false);
                await _reading.WaitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
            {
                // Gone meanwhile.
            }
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _reading.ConfigureAwait(false);
        _closing.Dispose();
        _sending.Dispose();
    }

    private async Task<AnswerEvent> SetUpAsync(VoiceCommand command, CancellationToken cancel)
    {
        var answer = new TaskCompletionSource<AnswerEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _answer, answer);
        await SendAsync(command, cancel).ConfigureAwait(false);
        if (_reading.IsCompleted)
            answer.TrySetException(new VoiceCallException("The connection is lost."));
        try
        {
            return await answer.Task.WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await HangUpAsync(cancel: CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[8_192];
        try
        {
            var length = 0;
            while (true)
            {
                if (length == buffer.Length)
                    Array.Resize(ref buffer, buffer.Length * 2);
                var read = await _socket.ReceiveAsync(buffer.AsMemory(length), _closing.Token).ConfigureAwait(false);
                if (read.MessageType == WebSocketMessageType.Close)
                    break;
                length += read.Count;
                if (!read.EndOfMessage)
                    continue;
                if (read.MessageType == WebSocketMessageType.Text)
                    Take(VoiceWire.ReadEvent(buffer.AsMemory(0, length)));
                length = 0;
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or System.Text.Json.JsonException)
        {
            // The end of the events says so.
        }

        Volatile.Read(ref _answer)?.TrySetException(new VoiceCallException("The connection is lost."));
        _events.Writer.TryComplete();
    }

    private void Take(VoiceEvent happened)
    {
        _options.OnEvent?.Invoke(happened);
        var answer = Volatile.Read(ref _answer);
        switch (happened)
        {
            case AnswerEvent { Refer: not true } answered: answer?.TrySetResult(answered); break;
            case RejectEvent { Refer: not true } rejected: answer?.TrySetException(new VoiceCallException(rejected.Reason ?? "Rejected", rejected.Code)); break;
            case HangupEvent { Refer: not true } ended: answer?.TrySetException(new VoiceCallException(ended.Reason ?? "The call is over", ended.Code)); break;
            case ErrorEvent { Sender: "invite" or "accept" } error: answer?.TrySetException(new VoiceCallException(error.Error ?? "Failed", error.Code)); break;
        }

        _events.Writer.TryWrite(happened);
    }
}
