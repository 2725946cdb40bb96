using Parley.Media.Rtp;

namespace Parley.Media.Engine;

/// <summary>
/// Two streams joined: what one hears the other sends. With the same codec packets are passed on as they come, digits included, nothing is
/// decoded; RTCP ends here on both sides (RFC 3550 §7.2 allows a translator its own). With different codecs the audio is transcoded, if that was asked for.
/// </summary>
public sealed class Relay : IAsyncDisposable
{
    private readonly RelayOptions _options;
    private readonly RelayDirection _forth;
    private readonly RelayDirection _back;
    private readonly Lock _lock = new();
    private PcmPipe? _pipeForth;
    private PcmPipe? _pipeBack;
    private int _closed;

    private Relay(AudioStream first, AudioStream second, RelayOptions options)
    {
        First = first;
        Second = second;
        _options = options;
        _forth = new(first, second);
        _back = new(second, first);
    }

    /// <summary>One stream.</summary>
    public AudioStream First { get; }

    /// <summary>The other.</summary>
    public AudioStream Second { get; }

    /// <summary>Packets passed on from the first to the second; 0 while transcoding.</summary>
    public long Forward => _forth.Forwarded;

    /// <summary>Packets passed on from the second to the first; 0 while transcoding.</summary>
    public long Backward => _back.Forwarded;

    /// <summary>Packets that could not be passed on: a payload type the other side did not agree to, or a side that does not send now.</summary>
    public long Dropped => _forth.Dropped + _back.Dropped;

    /// <summary>True while audio is decoded and encoded anew.</summary>
    public bool IsTranscoding { get; private set; }

    /// <summary>Joins two negotiated streams until the relay is disposed of or one of them ends. Best on one lane (<see cref="AudioStreamOptions.LaneOf"/>).</summary>
    /// <exception cref="CodecMismatchException">They use different codecs and <see cref="RelayOptions.Transcode"/> is not set, or one is not negotiated.</exception>
    /// <exception cref="InvalidOperationException">One of them is already relayed.</exception>
    public static Relay Connect(AudioStream first, AudioStream second, RelayOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (ReferenceEquals(first, second))
            throw new ArgumentException("A stream cannot be relayed to itself; Echo does that.", nameof(second));
        options ??= new();
        if (first.Codec is not { } a || second.Codec is not { } b || (!options.Transcode && !options.Mix && !StreamFormat.Same(a, b)))
            throw new CodecMismatchException(first.Codec, second.Codec);
        if (!first.Claim())
            throw new InvalidOperationException("The first stream is already relayed.");
        if (!second.Claim())
        {
            first.Unclaim();
            throw new InvalidOperationException("The second stream is already relayed.");
        }

        var relay = new Relay(first, second, options);
        Interlocked.Increment(ref first.Engine.RelayCount);
        first.OnLane(() => first.Connect(relay));
        second.OnLane(() => second.Connect(relay));
        relay.Remap();
        return relay;
    }

    /// <summary>Parts the streams; both go on by themselves.</summary>
    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    internal void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        Interlocked.Decrement(ref First.Engine.RelayCount);
        Leave(First);
        Leave(Second);
        lock (_lock)
            StopPipes();
        static void Leave(AudioStream stream)
        {
            stream.Unclaim();
            stream.OnLane(() =>
            {
                stream.Connect(null);
                stream.Forward(null);
                stream.RecordFromPeer(null);
            });
        }
    }

    /// <summary>Decides anew how audio passes: one of the streams was negotiated or recorded. Any thread.</summary>
    internal void Remap() => First.OnLane(() =>
    {
        var first = First.Format;
        Second.OnLane(() => Map(first, Second.Format));
    });

    /// <summary>A digit was heard on a stream; while packets are relayed it travels in them, but transcoding has to send it anew.</summary>
    internal void Pressed(AudioStream stream, in DtmfDigit digit)
    {
        if (!IsTranscoding || !_options.PassDigits || digit.Source == DtmfSource.InBand)
            return;
        var other = ReferenceEquals(stream, First) ? Second : First;
        var duration = TimeSpan.FromMilliseconds(Math.Clamp(digit.Duration.TotalMilliseconds, 100, 60_000));
        // Where the far side cannot take it, the digit ends here: nobody waits for this task.
        _ = other.SendDigitsAsync(digit.Symbol.ToString(), new() { Duration = duration })
            .ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    // On the second stream's lane.
    private void Map(StreamFormat? first, StreamFormat? second)
    {
        if (Volatile.Read(ref _closed) != 0)
            return;
        var same = !_options.Mix && first is not null && second is not null && StreamFormat.Same(first.Codec, second.Codec);
        lock (_lock)
        {
            IsTranscoding = !same && (_options.Transcode || _options.Mix) && first is not null && second is not null;
            if (IsTranscoding && _pipeForth is null)
            {
                _pipeForth = new PcmPipe(First, Second).Connect();
                _pipeBack = new PcmPipe(Second, First).Connect();
            }
            else if (!IsTranscoding)
            {
                StopPipes();
            }
        }

        if (same)
        {
            _forth.Map(first!, second!, _options.PassDigits);
            _back.Map(second!, first!, _options.PassDigits);
        }

        First.OnLane(() =>
        {
            First.Forward(same ? _forth : null);
            First.RecordFromPeer(same ? Second : null);
        });
        Second.Forward(same ? _back : null);
        Second.RecordFromPeer(same ? First : null);
    }

    private void StopPipes()
    {
        _pipeForth?.Dispose();
        _pipeBack?.Dispose();
        _pipeForth = null;
        _pipeBack = null;
    }
}
