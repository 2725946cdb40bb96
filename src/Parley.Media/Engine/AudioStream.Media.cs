using Parley.Media.Audio;
using Parley.Media.Rtp;
using Parley.Media.Srtp;

namespace Parley.Media.Engine;

/// <content>What is attached to the stream, and its frame on every tick of the media clock. Lane only.</content>
public sealed partial class AudioStream : IClocked
{
    private readonly List<SinkPort> _sinks = [];
    private readonly List<EncodedTap> _taps = [];
    private readonly List<RecorderPort> _recorders = [];
    private readonly AudioOutput _output = new();
    private readonly DigitSender _digits = new();
    private readonly TapSet _tapSet;
    private IEncodedSource? _encoded;
    private AudioStream? _recordPeer;
    private bool _listening;
    private bool _onClock;
    private int _echoes;
    private RateConverter? _echoConverter;

    internal void Attach(SinkPort sink)
    {
        if (!Attachable())
            return;
        _sinks.Add(sink);
        Interlocked.Increment(ref Engine.ListeningCount);
        Attached();
    }

    internal bool Detach(SinkPort sink) => Detached(_sinks.Remove(sink), ref Engine.ListeningCount);

    internal void Attach(EncodedTap tap)
    {
        if (!Attachable())
            return;
        _taps.Add(tap);
        Interlocked.Increment(ref Engine.ListeningCount);
        Attached();
    }

    internal bool Detach(EncodedTap tap) => Detached(_taps.Remove(tap), ref Engine.ListeningCount);

    internal void Attach(RecorderPort recorder)
    {
        if (!Attachable())
        {
            recorder.End(null); // whoever waits for its end does not wait for ever
            return;
        }

        _recorders.Add(recorder);
        Interlocked.Increment(ref Engine.ListeningCount);
        Attached();
    }

    internal bool Detach(RecorderPort recorder)
    {
        LeavePeer(recorder);
        return Detached(_recorders.Remove(recorder), ref Engine.ListeningCount);
    }

    /// <summary>While relayed, what is sent here is what the peer hears: recorders take it from there.</summary>
    internal void RecordFromPeer(AudioStream? peer)
    {
        if (!ReferenceEquals(peer, _recordPeer))
            _recorders.ForEach(LeavePeer);
        _recordPeer = peer;
        if (peer is null)
            return;
        foreach (var recorder in _recorders)
        {
            if (recorder.Peer is not null)
                continue;
            var port = recorder.Peer = new(recorder.PeerSink());
            peer.OnLane(() => peer.Attach(port));
        }
    }

    private void LeavePeer(RecorderPort recorder)
    {
        if (recorder.Peer is not { } port || _recordPeer is not { } peer)
            return;
        recorder.Peer = null;
        peer.OnLane(() => peer.Detach(port));
    }

    internal void Attach(MixInput input)
    {
        if (!Attachable())
        {
            input.End(null);
            return;
        }

        _output.Add(input);
        Interlocked.Increment(ref Engine.PlayingCount);
        Attached();
    }

    internal bool Detach(MixInput input) => Detached(_output.Remove(input), ref Engine.PlayingCount);

    internal void AttachEcho()
    {
        if (!Attachable())
            return;
        _echoes++;
        Interlocked.Increment(ref Engine.ListeningCount);
        Attached();
    }

    internal void DetachEcho()
    {
        if (_echoes == 0)
            return; // the stream has ended
        _echoes--;
        Detached(true, ref Engine.ListeningCount);
    }

    internal bool TryAttach(IEncodedSource source)
    {
        if (!Attachable() || _encoded is not null)
            return false;
        _encoded = source;
        Interlocked.Increment(ref Engine.PlayingCount);
        Attached();
        return true;
    }

    internal void Detach(IEncodedSource source) => Detached(ReferenceEquals(_encoded, source) && (_encoded = null) is null, ref Engine.PlayingCount);

    void IClocked.Tick(long due)
    {
        _rtpSocket!.Collect();
        if (!_onClock)
            return; // what came has ended it
        var format = _format!;
        var heard = _listening ? Hear(format.Period) : default;
        Speak(format, due, heard);
        if (!NeedsClock())
            Attached();
    }

    void IClocked.Approach(int ahead)
    {
        switch (ahead)
        {
            case 3:
                CacheHint.Fetch(_receiver, 192);
                CacheHint.Fetch(_latch, 192);
                CacheHint.Fetch(_rtpSocket, 128);
                CacheHint.Fetch(Sender, 128);
                CacheHint.Fetch(_silenceWatch, 64);
                FetchAttached();
                break;
            case 2:
                _receiver.ApproachParts();
                _output.Approach();
                CacheHint.Fetch(_format?.Audio, 128);
                break;
            default:
                _receiver.ApproachAudio();
                break;
        }
    }

    private void FetchAttached()
    {
        CacheHint.Fetch(RtpHandler, 32);
        CacheHint.Fetch(_format, 64);
        CacheHint.Fetch(_encoder, 32);
        CacheHint.Fetch(_output, 64);
        CacheHint.Fetch(_digits, 64);
        CacheHint.Fetch(_sinks, 32);
        CacheHint.Fetch(_taps, 32);
        CacheHint.Fetch(_recorders, 32);
    }

    private bool Attachable() => _disposing == 0;

    private bool Detached(bool removed, ref int counter)
    {
        if (!removed)
            return false;
        Interlocked.Decrement(ref counter);
        Attached();
        return true;
    }

    private bool NeedsClock() => _listening || _output.Count > 0 || _encoded is not null || _digits.IsActive;

    // Brings the clock and the jitter buffer into line with what is attached.
    private void Attached()
    {
        var listening = _format is not null && _sinks.Count + _taps.Count + _recorders.Count + _echoes > 0;
        if (listening != _listening)
        {
            _listening = listening;
            if (listening)
                _receiver.Open();
            else
                _receiver.Close();
        }

        var clocked = _format is not null && _disposing == 0 && NeedsClock();
        if (clocked != _onClock)
        {
            _onClock = clocked;
            if (clocked)
                MediaLane.Clock.Add(this, _format!.Period);
            else
                MediaLane.Clock.Remove(this);
        }

        HoldOrReport();
    }

    // What goes to the jitter buffer is looked for when the stream's turn comes: that wakes nobody, and what the processor fetched for the packet that comes is still at
    // hand for the one that leaves. What is relayed must not wait.
    private void HoldOrReport() => _rtpSocket!.Hold(_onClock && _listening && _forward is null);

    private void DetachAll()
    {
        Interlocked.Add(ref Engine.ListeningCount, -(_sinks.Count + _taps.Count + _recorders.Count + _echoes));
        _echoes = 0;
        Interlocked.Add(ref Engine.PlayingCount, -(_output.Count + (_encoded is null ? 0 : 1)));
        _sinks.Clear();
        _taps.Clear();
        foreach (var recorder in _recorders)
        {
            LeavePeer(recorder);
            recorder.End(null);
        }

        _recorders.Clear();
        _encoded = null;
        _output.Clear();
        Attached();
    }

    private ReadOnlySpan<short> Hear(int milliseconds)
    {
        var tap = _taps.Count > 0 ? _tapSet : null;
        if (_sinks.Count + _recorders.Count + _echoes == 0)
        {
            if (tap is not null)
                _receiver.PullEncoded(Lane.Now, milliseconds, tap);
            return default;
        }

        var pcm = _receiver.PullPcm(Lane.Now, milliseconds, tap, MediaLane.Heard);
        var rate = _receiver.SampleRate;
        for (var i = _sinks.Count - 1; i >= 0; i--)
        {
            // A sink may take others off while it is called.
            if (i < _sinks.Count && _sinks[i] is var sink && !sink.TryWrite(pcm, rate))
                Detach(sink);
        }

        foreach (var recorder in _recorders)
            recorder.WriteRemote(pcm, rate);
        return pcm;
    }

    private void Speak(StreamFormat format, long due, ReadOnlySpan<short> heard)
    {
        var frame = MediaLane.Pcm.AsSpan(0, format.FrameSamples);
        var any = false;
        if (_output.Count > 0)
        {
            any = _output.Read(frame, format.Codec.SampleRate, out var ended);
            if (ended > 0)
                Interlocked.Add(ref Engine.PlayingCount, -ended);
        }

        if (_echoes > 0 && !heard.IsEmpty)
            any |= Reflect(ref frame, any, heard, format.Codec.SampleRate);
        if (_recorders.Count > 0)
            Record(frame, any, format.Codec.SampleRate);
        if (_digits.IsActive && SendDigit(format, due))
            return;
        if (any)
            SendFrame(format, frame, due);
        else if (_encoded is not null)
            SendEncoded(format, due);
    }

    // Adds what was heard to what plays; alone it goes to the encoder as it lies there.
    private bool Reflect(ref Span<short> frame, bool any, ReadOnlySpan<short> heard, int rate)
    {
        if (_receiver.SampleRate != rate)
        {
            if (_echoConverter is null || _echoConverter.From != _receiver.SampleRate || _echoConverter.To != rate)
                _echoConverter = new(_receiver.SampleRate, rate);
            heard = _echoConverter.Convert(heard);
            heard = heard[..Math.Min(heard.Length, frame.Length)];
        }

        if (any)
        {
            Mixer.AddSaturated(frame, heard);
        }
        else if (heard.Length == frame.Length && _receiver.SampleRate == rate)
        {
            frame = MediaLane.Heard.AsSpan(0, heard.Length);
        }
        else
        {
            heard.CopyTo(frame);
            frame[heard.Length..].Clear();
        }

        return true;
    }

    private void Record(Span<short> frame, bool any, int rate)
    {
        if (!any)
            frame.Clear();
        for (var i = _recorders.Count - 1; i >= 0; i--)
        {
            if (i >= _recorders.Count)
                continue; // a sink may end other recordings while it is called
            var recorder = _recorders[i];
            if (!recorder.LocalFromPeer)
                recorder.WriteLocal(frame, rate);
            if (!recorder.TryFlush())
                Detach(recorder);
        }
    }

    private bool SendDigit(StreamFormat format, long due)
    {
        if (format.Audio.TelephoneEventPayloadType is not { } payloadType || !CanSend)
        {
            _digits.Clear(new InvalidOperationException("Digits cannot be sent: telephone-event is not negotiated or the stream does not send."));
            return false;
        }

        if (!_digits.Begin(due, format.EventClock, Sender.At(due)))
            return false;
        // The audio's clock goes on under the event (RFC 4733 §2.5.1.1).
        Sender.NextTimestamp(due, format.TimestampStep, out _);
        var packet = _digits.Next(format.EventStep);
        packet.Payload.Write(MediaLane.Packet.AsSpan(RtpHeader.Size, TelephoneEventPayload.Size));
        Sender.Send(_rtpSocket!, _latch.Target, MediaLane.Packet, RtpHeader.Size + TelephoneEventPayload.Size, payloadType, packet.Marker, packet.Timestamp);
        return true;
    }

    private void SendFrame(StreamFormat format, ReadOnlySpan<short> frame, long due)
    {
        if (!CanSend)
            return; // on hold: what plays goes on unheard
        var wire = MediaLane.Packet;
        var length = _encoder!.Encode(frame, wire.AsSpan(RtpHeader.Size, wire.Length - RtpHeader.Size - SrtpSender.MaxOverhead));
        if (length == 0)
            return; // silence the far end would rather not get
        var timestamp = Sender.NextTimestamp(due, format.TimestampStep, out var resumes);
        Sender.Send(_rtpSocket!, _latch.Target, wire, RtpHeader.Size + length, format.Audio.PayloadType, resumes, timestamp);
    }

    private void SendEncoded(StreamFormat format, long due)
    {
        var wire = MediaLane.Packet;
        if (!_encoded!.TryRead(wire.AsSpan(RtpHeader.Size, wire.Length - RtpHeader.Size - SrtpSender.MaxOverhead), out var length) || !CanSend)
            return;
        var timestamp = Sender.NextTimestamp(due, format.TimestampStep, out var resumes);
        Sender.Send(_rtpSocket!, _latch.Target, wire, RtpHeader.Size + length, format.Audio.PayloadType, resumes, timestamp);
    }

    private sealed class TapSet(AudioStream stream) : EncodedTap
    {
        public override void Write(in JitterFrame frame)
        {
            foreach (var tap in stream._taps)
                tap.Write(frame);
        }
    }
}
