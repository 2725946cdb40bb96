using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Sip.Transport;

/// <summary>One TCP, TLS, WS or WSS connection: framing, keep-alive answers, and the times the keeper looks at.</summary>
internal sealed class StreamChannel : SipChannel
{
    private static ReadOnlySpan<byte> Ping => "\r\n\r\n"u8;

    private static ReadOnlySpan<byte> Pong => "\r\n"u8;

    private readonly SipTransportLayer _layer;
    private readonly MessageIntake _intake;
    private readonly IStreamConnection _connection;
    private readonly SipFramer _framer;
    private readonly byte[] _sentBy;
    private long _lastMessage;
    private long _lastSent;
    private int _isUsed; // by a message, either way
    private long _partialSince;
    private long _pingSent;
    private int _hasPonged;

    public StreamChannel(SipTransport transport, IStreamConnection connection, SipTransportLayer layer, MessageIntake intake, byte[] sentBy)
        : base(transport)
    {
        _layer = layer;
        _intake = intake;
        _connection = connection;
        _sentBy = sentBy;
        _framer = new SipFramer(layer.Limits, layer.Pool, layer.Messages, pings: PingsAreOurs);
        _lastMessage = _lastSent = Now;
    }

    public override NetEndpoint Local => _connection.Local;

    public NetEndpoint Remote => _connection.Remote;

    public bool IsIncoming => _connection.IsIncoming;

    public X509Certificate2? RemoteCertificate => _connection.RemoteCertificate;

    public override bool IsOpen => !_connection.Closed.IsCancellationRequested;

    public override CancellationToken Closed => _connection.Closed;

    private SipFlow Flow => new(this, _connection.Remote);

    // RFC 5626 §4.4.1: who opened the connection sends the pings. WebSocket has pings of its own (RFC 7118 §6).
    private bool PingsAreOurs => !IsIncoming && !_connection.KeepsMessageBorders && _layer.Options.KeepAlive > TimeSpan.Zero;

    private long Now => _layer.Network.Time.GetTimestamp();

    public override NetEndpoint LocalFor(in NetEndpoint remote) => Local;

    public override ReadOnlyMemory<byte> SentByFor(in NetEndpoint remote) => _sentBy;

    public bool Send(PacketBuffer message)
    {
        Volatile.Write(ref _lastSent, Now);
        NoteMessage();
        return _connection.Send(message);
    }

    /// <summary>Reads until the connection ends.</summary>
    public Task RunAsync(CancellationToken stop) =>
        _connection.ReceiveAsync(_connection.KeepsMessageBorders ? ReceiveWhole : ReceiveBytes, stop);

    public ValueTask CloseAsync() => _connection.DisposeAsync();

    /// <summary>Called now and then by the keeper: sends a keep-alive when it is time for one.</summary>
    /// <returns>False when the connection has had its time and must be closed.</returns>
    public bool Keep(SipTransportOptions options)
    {
        var (now, time) = (Now, _layer.Network.Time);
        var limits = options.TransportLimits;
        var unused = IsIncoming && Volatile.Read(ref _isUsed) == 0;
        if (time.GetElapsedTime(Volatile.Read(ref _lastMessage), now) > (unused ? limits.FirstMessageTimeout : limits.IdleTimeout))
            return false;
        var partial = Volatile.Read(ref _partialSince);
        if (partial != 0 && time.GetElapsedTime(partial, now) > limits.PartialMessageTimeout)
            return false;
        if (!PingsAreOurs)
            return true;

        // A peer that never answered one may not know the keep-alive; one that did and is silent now is gone (RFC 5626 §4.4.1).
        var ping = Volatile.Read(ref _pingSent);
        if (ping != 0 && Volatile.Read(ref _hasPonged) != 0 && time.GetElapsedTime(ping, now) > options.PongTimeout)
            return false;
        // Between 80 and 100 % of the interval, another share for each connection, so that many do not ping in step.
        var share = 0.8 + 0.2 * (Local.Port % 64 / 64.0);
        if (time.GetElapsedTime(Volatile.Read(ref _lastSent), now) >= options.KeepAlive * share)
            SendPing(now);
        return true;
    }

    private void SendPing(long now)
    {
        Volatile.Write(ref _lastSent, now);
        Volatile.Write(ref _pingSent, now);
        SendLineEnds(Ping);
    }

    private int ReceiveBytes(ReadOnlySequence<byte> bytes)
    {
        if (!_intake.Hears(_connection.Remote, Transport))
            return -1;
        var rest = bytes;
        while (true)
        {
            var result = _framer.TryRead(ref rest, out var message, out var fault);
            switch (result)
            {
                case FrameResult.Message:
                    OnFramed(message, fault);
                    break;
                case FrameResult.Ping:
                    _layer.Counters.CountKeepAlive();
                    SendLineEnds(Pong);
                    break;
                case FrameResult.Pong:
                    OnPong();
                    break;
                case FrameResult.NeedMore:
                    NotePartial(!rest.IsEmpty);
                    return (int)(bytes.Length - rest.Length);
                default:
                    Fail(message, fault);
                    return -1;
            }
        }
    }

    private int ReceiveWhole(ReadOnlySequence<byte> bytes)
    {
        if (!_intake.Hears(_connection.Remote, Transport))
            return -1;
        NoteMessage();
        var buffer = _layer.Pool.Rent((int)bytes.Length);
        buffer.Length = (int)bytes.Length;
        bytes.CopyTo(buffer.Array);
        try
        {
            // RFC 5626 §4.4.1 as browsers' libraries send it in a frame of its own.
            if (buffer.Span.SequenceEqual(Ping))
                SendLineEnds(Pong);
            _intake.OnWhole(Flow, buffer);
        }
        finally
        {
            buffer.Release();
        }

        return (int)bytes.Length;
    }

    private void OnFramed(SipMessage? message, in SipFault fault)
    {
        NoteMessage();
        Volatile.Write(ref _partialSince, 0); // what follows is the beginning of another message, with its own time
        if (message is null)
        {
            _intake.OnUnreadable(fault);
            return;
        }

        _layer.Trace(TraceDirection.Received, Flow, message.Bytes);
        NoteAlias(message);
        _intake.OnMessage(Flow, message);
    }

    // Only what answers a ping: a stray empty line proves nothing about the peer.
    private void OnPong()
    {
        if (Volatile.Read(ref _pingSent) == 0)
            return;
        Volatile.Write(ref _hasPonged, 1);
        Volatile.Write(ref _pingSent, 0);
        _layer.Counters.CountKeepAlive();
    }

    private void Fail(SipMessage? message, in SipFault fault)
    {
        if (message is null)
        {
            _intake.OnUnreadable(fault);
            return;
        }

        _layer.Trace(TraceDirection.Received, Flow, message.Bytes);
        _intake.OnMalformed(Flow, message);
    }

    // RFC 5923 §5: only over TLS, only from a peer that showed a certificate, only when it asks by "alias" in its Via.
    private void NoteAlias(SipMessage message)
    {
        if (!IsIncoming || !IsSecure || RemoteCertificate is null || !message.IsRequest)
            return;
        if (message.TryGetTopVia(out var via) && via.TryGetParameter("alias"u8, out _))
            _layer.Connections.AddAlias(this, Remote.WithPort(via.Port == 0 ? Transport.DefaultPort() : via.Port));
    }

    private void NoteMessage()
    {
        Volatile.Write(ref _lastMessage, Now);
        Volatile.Write(ref _isUsed, 1);
    }

    private void NotePartial(bool partial)
    {
        if (!partial)
            Volatile.Write(ref _partialSince, 0);
        else if (_partialSince == 0)
            Volatile.Write(ref _partialSince, Math.Max(Now, 1));
    }

    private void SendLineEnds(ReadOnlySpan<byte> lineEnds)
    {
        var buffer = _layer.Pool.Rent(lineEnds.Length);
        buffer.Length = lineEnds.Length;
        lineEnds.CopyTo(buffer.Array);
        _connection.Send(buffer);
        buffer.Release();
    }
}
