using Parley.Media.Engine;
using Parley.Net;

namespace Parley.Media.Rtp;

/// <summary>
/// Puts packets back into order and evens out their delay, with no more delay than their jitter needs: it grows within a few
/// late packets and shrinks over seconds, preferably where nobody speaks.
/// </summary>
/// <remarks>
/// Fixed storage of <see cref="Capacity"/> packets; it references the datagrams' pooled buffers until they are pulled or dropped, so
/// <see cref="Clear"/> must be called in the end. Time comes with each call. One lane's state; allocates nothing.
/// </remarks>
public sealed class JitterBuffer
{
    /// <summary>Packets held at most: more than the longest delay (1 s) of the usual 20 ms packets.</summary>
    public const int Capacity = 64;

    // Frames concealed in a row before the gap is left silent: concealment beyond 60 ms sounds artificial (ITU-T G.711 appendix I fades it out).
    private const int MaxConcealed = 3;

    // Shortening the delay costs a packet: in speech only when the excess has lasted, in silence soon.
    private const long ExcessHold = 2000;
    private const long QuietExcessHold = 200;
    private const long StretchPause = 100;

    private readonly Slot[] _slots = new Slot[Capacity];
    private readonly JitterEstimator _estimator = new();
    private int _clockRate;
    private readonly int _minimum;
    private readonly int _maximum;

    private int _count;
    private bool _any;      // _next means something
    private bool _playing;  // else waiting for the first packet of a talk spurt to become due
    private bool _spurt;    // the next packet may be held until it is due: it follows silence or an event
    private ushort _next;
    private long _reference; // unwrapped timestamp of the newest packet added
    private long _expected;  // unwrapped timestamp the next packet should have
    private int _frame;      // clock units per packet, as observed
    private int _starved;    // concealed while nothing was there at all
    private int _concealed;  // concealed in a row
    private long _excessSince = -1;
    private long _stretchedAt;

    private long _played;
    private long _late;
    private long _duplicates;
    private long _concealments;
    private long _dropped;
    private long _stretched;

    /// <summary>Starts empty.</summary>
    /// <param name="clockRate">RTP clock units per second.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <exception cref="ArgumentException">A limit is out of range.</exception>
    public JitterBuffer(int clockRate, JitterBufferOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clockRate, 1);
        options ??= new();
        options.Validate();
        _clockRate = clockRate;
        _minimum = (int)options.Minimum.TotalMilliseconds;
        _maximum = (int)options.Maximum.TotalMilliseconds;
        _frame = clockRate / 50;
    }

    /// <summary>Packets held.</summary>
    public int Count => _count;

    /// <summary>Delay aimed at, in milliseconds, between the limits.</summary>
    public int TargetDelay => Math.Clamp(_estimator.Delay, _minimum, _maximum);

    /// <summary>What it did so far.</summary>
    public JitterBufferStatistics Statistics => new(_played, _late, _duplicates, _concealments, _dropped, _stretched, TargetDelay);

    /// <summary>RTP clock units per packet, as observed; 20 ms before two packets in a row were seen.</summary>
    public int FrameUnits => _frame;

    /// <summary>RTP clock units per second.</summary>
    public int ClockRate => _clockRate;

    private int FrameMilliseconds => Math.Max(1, (int)(_frame * 1000L / _clockRate));

    /// <summary>Adds an audio packet; its buffer is referenced when it is kept.</summary>
    /// <param name="datagram">The whole datagram.</param>
    /// <param name="packet">Its RTP view.</param>
    /// <param name="now">Arrival in milliseconds.</param>
    /// <returns>True when kept; false when late or a duplicate.</returns>
    public bool Add(PacketBuffer datagram, in RtpPacket packet, long now) => Insert(datagram, packet, now);

    /// <summary>
    /// Notes that a sequence number belongs to something that is not audio, such as a telephone event: its place is silent, not lost.
    /// </summary>
    public void Skip(in RtpPacket packet, long now) => Insert(null, packet, now);

    /// <summary>Drops everything and waits for a new stream; what was learned about the network stays, unless <paramref name="forget"/>.</summary>
    public void Clear(bool forget = false)
    {
        for (var i = 0; i < Capacity && _count > 0; i++)
        {
            if (_slots[i].Filled)
                Drop(ref _slots[i]);
        }

        _any = false;
        _playing = false;
        _spurt = false;
        _starved = 0;
        _concealed = 0;
        _excessSince = -1;
        if (forget)
            _estimator.Reset();
        else
            _estimator.ForgetBase();
    }

    /// <summary>Begins anew with timestamps of another clock; does nothing when it is the same.</summary>
    /// <param name="clockRate">RTP clock units per second.</param>
    public void UseClock(int clockRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clockRate, 1);
        if (clockRate == _clockRate)
            return;
        Clear();
        _clockRate = clockRate;
        _frame = clockRate / 50;
    }

    /// <summary>The packet taken last ends a talk spurt: what follows it is silence on purpose, not loss, until the next packet is due.</summary>
    public void Pause() => _spurt = _playing;

    /// <summary>Takes what is to be played for the next frame.</summary>
    /// <param name="now">Milliseconds.</param>
    /// <param name="quiet">True when the frame before was silent, so that the delay may be changed unheard.</param>
    /// <param name="frame">
    /// The packet, when the result is <see cref="JitterPull.Packet"/>. When it is <see cref="JitterPull.Conceal"/> for a lost packet, the one after it if that is here already:
    /// it stays in the buffer, and is good until the next call.
    /// </param>
    public JitterPull Pull(long now, bool quiet, out JitterFrame frame)
    {
        frame = default;
        // Each round removes a slot or returns, so the capacity bounds them.
        while (_count > 0)
        {
            if (!_playing && !TryBegin(now))
                return JitterPull.Silence;
            ref var slot = ref _slots[_next % Capacity];
            if (!slot.Filled)
            {
                if (!Missing())
                    continue;
                frame = Following();
                return Conceal();
            }

            if (slot.Packet is null)
            {
                _expected = slot.Timestamp;
                Drop(ref slot);
                _next++;
                _spurt = true;
                continue;
            }

            if ((_spurt || slot.Marker || slot.Timestamp - _expected >= _frame) && now < Due(slot))
            {
                // Silence on purpose (RFC 3551 §4.1), or after an event: the spurt begins when its delay has passed.
                _playing = false;
                return JitterPull.Silence;
            }

            if (MustShorten(now, slot, quiet))
            {
                _dropped++;
                _expected = slot.Timestamp + _frame;
                Drop(ref slot);
                _next++;
                continue;
            }

            if (MayLengthen(now, slot, quiet))
            {
                _stretched++;
                return JitterPull.Conceal;
            }

            frame = Take(ref slot);
            return JitterPull.Packet;
        }

        return Starve();
    }

    /// <summary>Has what the next packet needs fetched.</summary>
    internal void Approach()
    {
        CacheHint.Fetch(_estimator, 128);
        CacheHint.Fetch(ref _slots[_next % Capacity]);
        CacheHint.Fetch(ref _slots[(ushort)(_next + 1) % Capacity]);
    }

    private bool Insert(PacketBuffer? datagram, in RtpPacket packet, long now)
    {
        var sequence = packet.SequenceNumber;
        var timestamp = _any ? RtpSerial.Unwrap(packet.Timestamp, _reference) : packet.Timestamp;
        if (_any)
        {
            var ahead = RtpSerial.Distance(_next, sequence);
            if (ahead < 0)
            {
                if (datagram is not null)
                    Learn(timestamp, now);
                _late++;
                return false;
            }

            if (ahead >= Capacity)
            {
                // Farther than can be held: what is here will never connect to it.
                _dropped += _count;
                Clear();
                timestamp = packet.Timestamp;
            }
        }

        if (!_any)
            Begin(sequence, timestamp);
        ref var slot = ref _slots[sequence % Capacity];
        if (slot.Filled)
        {
            _duplicates++;
            return false;
        }

        if (datagram is not null)
            Learn(timestamp, now);
        _reference = Math.Max(_reference, timestamp);
        slot = new Slot
        {
            Filled = true,
            Packet = datagram?.AddRef(),
            Offset = packet.PayloadOffset,
            Length = packet.Payload.Length,
            PayloadType = packet.PayloadType,
            Marker = packet.Marker,
            Sequence = sequence,
            Timestamp = timestamp,
        };
        _count++;
        return true;
    }

    private void Begin(ushort sequence, long timestamp)
    {
        _any = true;
        // A little room before the first packet, should it have overtaken others.
        _next = (ushort)(sequence - 4);
        _reference = timestamp;
        _expected = timestamp;
    }

    private void Learn(long timestamp, long now) => _estimator.Add(now - timestamp * 1000 / _clockRate, now);

    private long Due(in Slot slot) => _estimator.Base + slot.Timestamp * 1000 / _clockRate + TargetDelay;

    // How long the packet would have been delayed since the fastest possible arrival if played now.
    private long DelayOf(in Slot slot, long now) => now - _estimator.Base - slot.Timestamp * 1000 / _clockRate;

    private bool TryBegin(long now)
    {
        var head = _next;
        while (!_slots[head % Capacity].Filled)
            head++;
        ref var slot = ref _slots[head % Capacity];
        if (slot.Packet is not null && now < Due(slot))
            return false;
        _next = head;
        _expected = slot.Timestamp;
        _playing = true;
        _spurt = false;
        _starved = 0;
        _concealed = 0;
        // The marker has done its work: this packet must not be asked to wait again.
        slot.Marker = false;
        return true;
    }

    // The next packet is missing while later ones are here. True when a frame is to be concealed for it.
    private bool Missing()
    {
        if (_starved > 0)
        {
            // Its time was already filled while nothing at all was there.
            _starved--;
        }
        else if (_concealed >= MaxConcealed)
        {
            _playing = false;
            return false;
        }
        else if (!_spurt)
        {
            _next++;
            _expected += _frame;
            return true;
        }

        _next++;
        _expected += _frame;
        return false;
    }

    private JitterFrame Following()
    {
        ref var slot = ref _slots[_next % Capacity];
        return slot.Packet is null ? default : new(slot.Packet, slot.Offset, slot.Length, slot.PayloadType, (uint)slot.Timestamp, slot.Marker);
    }

    private JitterPull Conceal()
    {
        _concealed++;
        _concealments++;
        return JitterPull.Conceal;
    }

    private JitterPull Starve()
    {
        if (!_playing || _spurt)
            return JitterPull.Silence;
        if (_starved >= MaxConcealed)
        {
            _playing = false;
            return JitterPull.Silence;
        }

        _starved++;
        return Conceal();
    }

    private bool MustShorten(long now, in Slot slot, bool quiet)
    {
        var excess = DelayOf(slot, now) - TargetDelay - FrameMilliseconds;
        if (excess < FrameMilliseconds / 4 || _count < 2)
        {
            _excessSince = -1;
            return false;
        }

        if (_excessSince < 0)
            _excessSince = now;
        var hold = DelayOf(slot, now) > _maximum + FrameMilliseconds ? 0 : quiet ? QuietExcessHold : ExcessHold;
        if (now - _excessSince < hold)
            return false;
        _excessSince = -1;
        return true;
    }

    private bool MayLengthen(long now, in Slot slot, bool quiet)
    {
        if (DelayOf(slot, now) + FrameMilliseconds > TargetDelay || (!quiet && now - _stretchedAt < StretchPause))
            return false;
        _stretchedAt = now;
        return true;
    }

    private JitterFrame Take(ref Slot slot)
    {
        var frame = new JitterFrame(slot.Packet!, slot.Offset, slot.Length, slot.PayloadType, (uint)slot.Timestamp, slot.Marker);
        var following = _slots[(ushort)(_next + 1) % Capacity];
        // One hour of silence is not a packet length: believe what packets can last.
        if (following.Filled && following.Packet is not null && following.Timestamp - slot.Timestamp is var step && step > 0 && step <= _clockRate / 5)
            _frame = (int)step;
        _expected = slot.Timestamp + _frame;
        slot = default;
        _count--;
        _next++;
        _played++;
        _spurt = false;
        _starved = 0;
        _concealed = 0;
        return frame;
    }

    private void Drop(ref Slot slot)
    {
        slot.Packet?.Release();
        slot = default;
        _count--;
    }

    private struct Slot
    {
        public PacketBuffer? Packet;
        public int Offset;
        public int Length;
        public long Timestamp;
        public ushort Sequence;
        public byte PayloadType;
        public bool Marker;
        public bool Filled;
    }
}
