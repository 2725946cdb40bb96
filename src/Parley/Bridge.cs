using Parley.Media.Engine;

namespace Parley;

/// <summary>How two calls are bridged.</summary>
public sealed record BridgeOptions
{
    /// <summary>Decode and encode where the codecs differ. Default false: bridging calls of different codecs is then refused, since it costs quality and a core carries far fewer such calls.</summary>
    public bool Transcode { get; init; }

    /// <summary>
    /// Decode and encode even where the codecs are the same, so that what else plays in a call is heard together with the other side instead of in its place. Default false.
    /// </summary>
    public bool Mix { get; init; }

    /// <summary>Pass digits on. Default true.</summary>
    public bool PassDigits { get; init; } = true;
}

/// <summary>
/// Two calls hearing each other. With the same codec packets pass untouched; DTMF passes too. Neither call is hung up when the other ends or
/// the bridge is disposed: that is the application's decision.
/// </summary>
public sealed class Bridge : IAsyncDisposable
{
    private readonly Relay _relay;
    private readonly CancellationTokenSource _anyEnded;

    private Bridge(Call a, Call b, Relay relay)
    {
        A = a;
        B = b;
        _relay = relay;
        _anyEnded = CancellationTokenSource.CreateLinkedTokenSource(a.Ended, b.Ended);
        Ended = _anyEnded.Token;
    }

    /// <summary>One call.</summary>
    public Call A { get; }

    /// <summary>The other.</summary>
    public Call B { get; }

    /// <summary>Fires when either call has ended.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Joins two calls whose audio is open.</summary>
    /// <exception cref="CallMediaException">A call has no audio yet, or the codecs differ and <see cref="BridgeOptions.Transcode"/> is not set.</exception>
    /// <exception cref="CallEndedException">A call is over.</exception>
    public static Bridge Connect(Call a, Call b, BridgeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (ReferenceEquals(a, b))
            throw new ArgumentException("A call cannot be bridged with itself; use EchoAsync.", nameof(b));
        options ??= new();
        var (streamA, streamB) = (a.OpenAudio(), b.OpenAudio());
        try
        {
            return new Bridge(a, b, Relay.Connect(streamA, streamB, new RelayOptions { Transcode = options.Transcode, Mix = options.Mix, PassDigits = options.PassDigits }));
        }
        catch (CodecMismatchException e)
        {
            throw new CallMediaException(CallMediaProblem.CodecMismatch, e.Message, e);
        }
    }

    /// <summary>Waits until either call has ended.</summary>
    public async Task WaitAsync(CancellationToken cancel = default)
    {
        var first = await Task.WhenAny(A.WaitForEndAsync(cancel), B.WaitForEndAsync(cancel)).ConfigureAwait(false);
        await first.ConfigureAwait(false);
    }

    /// <summary>Parts the calls; each goes on by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync().ConfigureAwait(false);
        _anyEnded.Dispose();
    }
}
