using Parley.Media.Engine;
using Parley.Media.Sdp;

namespace Parley.BackToBack;

/// <summary>The audio of a pair of legs, joined as soon as both can flow.</summary>
internal sealed class Anchor(bool transcode)
{
    private readonly Lock _gate = new();
    private Relay? _relay;
    private AudioStream? _one;
    private AudioStream? _other;

    /// <summary>Joins the streams of two legs, once both are open; parts those joined before.</summary>
    /// <exception cref="CodecMismatchException">Their codecs differ and nothing is to be transcoded.</exception>
    public void Join(CallMedia? one, CallMedia? other)
    {
        if (one is not { IsOpen: true, Stream: { Codec: not null } first } || other is not { IsOpen: true, Stream: { Codec: not null } second })
            return;
        lock (_gate)
        {
            if (ReferenceEquals(_one, first) && ReferenceEquals(_other, second))
                return;
            End();
            _relay = Relay.Connect(first, second, new RelayOptions { Transcode = transcode });
            (_one, _other) = (first, second);
        }
    }

    /// <summary>Parts them; each stream goes on by itself.</summary>
    public void Part()
    {
        lock (_gate)
            End();
    }

    private void End()
    {
        if (_relay is { } relay)
            _ = relay.DisposeAsync().AsTask();
        _relay = null;
        (_one, _other) = (null, null);
    }
}
