using Parley.Net;

namespace Parley.Media.Engine;

/// <summary>
/// Decides whose packets belong to a stream and where it sends to (<see cref="LatchPolicy"/>). Knows no sockets: a source and sequence number in, a verdict out.
/// </summary>
internal sealed class AddressLatch(LatchPolicy policy)
{
    /// <summary>Packets in sequence from one source before it is taken for the peer: chance or spray does not produce them.</summary>
    public const int LockAfter = 4;

    /// <summary>Milliseconds the settled source must have been silent before another port of the same address may take its place.</summary>
    public const int RelatchSilence = 2000;

    private NetEndpoint _negotiated;
    private NetEndpoint _signalling;
    private long _heard;
    private NetEndpoint _candidate;
    private ushort _candidateNext;
    private int _candidateCount;

    /// <summary>Where to send; no value while nothing is known.</summary>
    public NetEndpoint Target { get; private set; }

    /// <summary>The source is settled: packets of others are refused.</summary>
    public bool IsLocked { get; private set; }

    /// <summary>Sets what SDP said. The same address as before keeps what was learned: a re-INVITE for hold must not open the door again.</summary>
    public void Negotiate(in NetEndpoint remote)
    {
        if (remote == _negotiated)
            return;
        _negotiated = remote;
        Target = remote;
        IsLocked = false;
        _candidateCount = 0;
    }

    /// <summary>Sets where the peer's signalling comes from; the port does not matter.</summary>
    public void Trust(in NetEndpoint signalling) => _signalling = signalling;

    /// <summary>True when a packet from <paramref name="source"/> that came at <paramref name="now"/> belongs to the stream.</summary>
    public bool Accept(in NetEndpoint source, ushort sequence, long now)
    {
        var accepted = IsLocked && source == Target;
        if (!accepted)
        {
            accepted = policy switch
            {
                LatchPolicy.Off => SameAddress(source, _negotiated),
                LatchPolicy.SameAddress => MayCome(source) && (MayMove(now) || Displaces(source))
                    && (!IsLocked && SameAddress(source, _negotiated) ? Lock(source) : Learn(source, sequence)),
                _ => !IsLocked && (source == _negotiated ? Lock(source) : Learn(source, sequence)),
            };
        }

        if (accepted)
            _heard = now;
        return accepted;
    }

    /// <summary>True when RTCP from <paramref name="source"/> belongs to the stream: it comes from the address that RTP comes from.</summary>
    public bool AcceptControl(in NetEndpoint source) => SameAddress(source, Target);

    private bool MayCome(in NetEndpoint source) => SameAddress(source, _negotiated) || SameAddress(source, _signalling);

    private bool MayMove(long now) => !IsLocked || now - _heard >= RelatchSilence;

    // A server in front of many phones sends all their media from one address: what an earlier call on our port left under way may come before the peer's first packet.
    // The very port that SDP named is better than another port of its host, even while that is heard.
    private bool Displaces(in NetEndpoint source) => source == _negotiated && SameAddress(Target, _negotiated);

    private bool Lock(in NetEndpoint source)
    {
        Target = source;
        IsLocked = true;
        return true;
    }

    private bool Learn(in NetEndpoint source, ushort sequence)
    {
        if (source != _candidate || sequence != _candidateNext)
        {
            _candidate = source;
            _candidateCount = 0;
        }

        _candidateNext = (ushort)(sequence + 1);
        return ++_candidateCount >= LockAfter && Lock(source);
    }

    private static bool SameAddress(in NetEndpoint left, in NetEndpoint right) =>
        left.HasValue && right.HasValue && left.WithPort(0) == right.WithPort(0);
}
