using System.Runtime.InteropServices;
using System.Threading.Channels;
using Parley.Media.Audio;
using Parley.Media.Playback;
using Parley.Speech.Output;
using Parley.Speech.Vendors;

namespace Parley.Speech.Realtime;

/// <summary>
/// A call led by a model that hears and speaks by itself. What is heard goes to it, what it says is spoken by the chain's player, cut when the caller speaks, and the model is told how much was heard.
/// Its texts, turns and tools are events of the chain: <see cref="SpeechStarted"/>, <see cref="SpeechEnded"/>, <see cref="TextRecognised"/>, <see cref="ReplyDelta"/>, <see cref="ReplyFinal"/>,
/// <see cref="ToolUsed"/> without a result, which <see cref="TryReturn"/> gives. A connection that breaks is a <see cref="SpeechProblem"/> and made again; the model then remembers nothing.
/// </summary>
public sealed partial class RealtimeModel : IAsyncDisposable
{
    private const string Sender = "realtime";

    // One behind the other: half a minute of pauses, longer than a caller waits.
    private const int MaxFailures = 6;

    // Truncations, results and the like that wait to be sent.
    private const int MaxWaiting = 256;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(8);

    // A connection that lasted so long was a good one: pauses begin anew.
    private static readonly TimeSpan GoodConnection = TimeSpan.FromSeconds(10);

    private readonly RealtimeOptions _options;
    private readonly SpeechPlayer _player;
    private readonly SpeechEventQueue _events;
    private readonly SpeechConnections _connections;
    private readonly TimeProvider _time;
    private readonly AsyncSignal _more = new();
    private readonly HeardAudio _heard;
    private readonly RealtimeVoice _voice;
    private readonly Channel<string> _messages = Channel.CreateBounded<string>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly IDisposable _observing;
    private readonly Task _running;

    /// <summary>Connects and begins.</summary>
    /// <param name="options">Which model, and what it is told.</param>
    /// <param name="chain">The call's speech; best without a recogniser. Dispose of the model before it.</param>
    /// <param name="connections">The process's connections.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <exception cref="ArgumentException">An option cannot be.</exception>
    public RealtimeModel(RealtimeOptions options, SpeechChain chain, SpeechConnections connections, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(connections);
        options.Validate();
        (_options, _player, _events, _connections) = (options, chain.Player, chain.Events, connections);
        _time = time ?? TimeProvider.System;
        _clock = new(_time, RealtimeWire.SampleRate);
        _heard = new(_more);
        _voice = new(chain.Player, chain.Output);
        _observing = chain.Events.Observe(Happened);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Hears the call: give it what the other side says (<c>stream.Listen(model.Input)</c>).</summary>
    public IAudioSink Input => _heard;

    /// <summary>Gives the model what became of a tool it used (<see cref="ToolUsed"/>); it goes on when it has the results of all.</summary>
    /// <param name="callId">The use's id.</param>
    /// <param name="output">The result, text or JSON text.</param>
    /// <returns>False when no use of that id waits for one.</returns>
    public bool TryReturn(string callId, string output)
    {
        ArgumentNullException.ThrowIfNull(callId);
        ArgumentNullException.ThrowIfNull(output);
        bool isLast;
        lock (_uses)
        {
            if (!_uses.Remove(callId)) return false;
            isLast = _uses.Count == 0;
        }

        Send(RealtimeWire.Result(callId, output));
        if (isLast) Send(RealtimeWire.Respond());
        return true;
    }

    /// <summary>Ends it; what is being said ends with the chain.</summary>
    public async ValueTask DisposeAsync()
    {
        _observing.Dispose();
        await _stop.CancelAsync().ConfigureAwait(false);
        _more.Set();
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>Perhaps while the player is locked: only takes note.</summary>
    private void Happened(SpeechEvent happened)
    {
        if (happened is not PlaybackInterrupted { Interruption.PlayId: var playId } || !_voice.Note(playId)) return;
        _ignored = _response;
        _more.Set();
    }

    private void Send(string message)
    {
        if (_messages.Writer.TryWrite(message)) _more.Set();
        else Problem($"more than {MaxWaiting} messages wait to be sent; one was left out", null);
    }

    private async Task RunAsync()
    {
        var pause = FirstPause;
        for (var failures = 1; ; failures++)
        {
            var since = _time.GetTimestamp();
            SpeechVendorException failure;
            try
            {
                failure = await ServeAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (SpeechVendorException error)
            {
                failure = error;
            }

            if (_stop.IsCancellationRequested) return;
            if (_time.GetElapsedTime(since) > GoodConnection) (failures, pause) = (1, FirstPause);
            var isLast = failure.Failure == VendorFailure.Refused || failures == MaxFailures;
            Problem(isLast ? failure.Message + "; it is not tried again" : failure.Message, failure.Code);
            if (isLast) return;
            try
            {
                await Task.Delay(pause, _time, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Serves a connection to its end, and tells why it ended.</summary>
    private async Task<SpeechVendorException> ServeAsync()
    {
        Forget();
        var socket = await VendorSocket.ConnectAsync(_options.Provider, RealtimeWire.Address(_options), RealtimeWire.Headers(_options), _connections, _stop.Token).ConfigureAwait(false);
        await using (socket.ConfigureAwait(false))
        {
            await socket.SendTextAsync(RealtimeWire.Session(_options), _stop.Token).ConfigureAwait(false);
            if (!await TryReceiveAsync(socket, _connections.Limits.ResponseTimeout).ConfigureAwait(false)) return Closed(socket);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var sending = SendAsync(socket, ending.Token);
            try
            {
                while (await TryReceiveAsync(socket, null).ConfigureAwait(false))
                {
                }

                return Closed(socket);
            }
            finally
            {
                await ending.CancelAsync().ConfigureAwait(false);
                _more.Set();
                await sending.ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> TryReceiveAsync(VendorSocket socket, TimeSpan? within)
    {
        if (await socket.ReceiveAsync(within, _stop.Token).ConfigureAwait(false) is not { } message) return false;
        TellCut(isOwn: false);
        using var document = Parse(message);
        if (document is not null) Received(document.RootElement);
        return true;
    }

    private async Task SendAsync(VendorSocket socket, CancellationToken cancel)
    {
        var packet = new short[HeardAudio.Packet];
        _heard.Clear();
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                TellCut(isOwn: false);
                if (_messages.Reader.TryRead(out var message))
                {
                    await socket.SendTextAsync(message, cancel).ConfigureAwait(false);
                }
                else if (_heard.TryTake(packet))
                {
                    _clock.Heard(packet.Length);
                    await socket.SendTextAsync(RealtimeWire.Append(MemoryMarshal.AsBytes(packet.AsSpan())), cancel).ConfigureAwait(false);
                }
                else
                {
                    await _more.WaitAsync().ConfigureAwait(false);
                }
            }
        }
        catch (Exception error) when (error is SpeechVendorException or OperationCanceledException)
        {
            // The receiving side tells why.
        }
    }

    private SpeechVendorException Closed(VendorSocket socket) => new(_options.Provider, VendorFailure.Closed, $"{socket.CloseReason}; what was said is forgotten", socket.CloseCode);

    private void Problem(string message, int? code) => _events.Post(new SpeechProblem(Sender, message, code) { Provider = _options.Provider });
}
