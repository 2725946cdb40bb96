using System.Text;
using Parley.Sip.Forwarding;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Services.Proxy;

/// <summary>
/// Record-Route or Path of a copy that is being sent (RFC 3261 §16.6 item 4, RFC 3327 §5.2), and the headers of its target. One Record-Route where both sides reach us
/// by the same address; else two, the side the copy goes to on top (RFC 5658 §4). The user part of each is signed, and names the flow of a phone that can be
/// reached in no other way (RFC 5626 §5.2).
/// </summary>
internal sealed class BranchHeaders(ProxyLane home) : IFlowHeaders
{
    private readonly byte[] _inToken = new byte[ForwardingKey.LongestToken];
    private readonly byte[] _outToken = new byte[ForwardingKey.LongestToken];
    private ProxyTarget? _target;
    private SipFlow _in;
    private int _inLength;
    private int _outLength;
    private bool _isPath;
    private bool _isOutbound; // the phone asked for its flow to be used (RFC 5626 §5.1)
    private bool _isSecure;
    private bool _namesFlow;

    /// <summary>What it and the Via add to a message at most, but for long host names: for the choice of UDP or TCP.</summary>
    public const int MostBytes = 250;

    public bool IsNeeded => _inLength > 0 || _target is { Headers.Count: > 0 };

    public void Prepare(ProxyRequest request, ProxyTarget? target)
    {
        _target = target;
        _in = request.Flow;
        _inLength = 0;
        _isPath = request.WantsPath;
        if (!_isPath && !request.WantsRecordRoute)
            return;
        var message = request.Message;
        var key = home.Options.Key;
        var source = new SipTarget(_in.Transport, _in.Remote);
        var context = _isPath ? default : message.CallId;
        _isOutbound = message.TryGetContact(out var contact)
            && ((contact.TryGetUri(out var uri) && uri.TryGetParameter("ob"u8, out _)) || (_isPath && contact.TryGetParameter("reg-id"u8, out _)));
        var inFlow = _isPath || _isOutbound;
        var outFlow = !_isPath && target is { Flow: not null, RouteValue.Length: 0 };
        _namesFlow = inFlow || outFlow;
        _isSecure = !_isPath && message.RequestUri.StartsWith("sips:"u8);
        _inLength = key.WriteToken(context, inFlow ? source : default, _inToken);
        if (!_isPath)
        {
            var place = outFlow && target!.Flow is { } flow ? new SipTarget(flow.Transport, flow.Remote) : default;
            _outLength = key.WriteToken(context, place, _outToken);
        }
    }

    public void Clear()
    {
        _target = null;
        _in = default;
        _inLength = 0;
    }

    public int Length(in SipFlow flow) => Write(default, flow, measure: true);

    public void Write(Span<byte> destination, in SipFlow flow) => Write(destination, flow, measure: false);

    private int Write(Span<byte> destination, in SipFlow flow, bool measure)
    {
        var text = new Text(destination, measure);
        if (_inLength > 0)
            WriteRoutes(ref text, flow);
        foreach (var header in _target?.Headers ?? [])
        {
            text.Put(header.Name);
            text.Put(": "u8);
            text.Put(header.Value);
            text.Put("\r\n"u8);
        }

        return text.Length;
    }

    private void WriteRoutes(ref Text text, in SipFlow flow)
    {
        var outside = flow.SentBy.Span;
        var inside = _in.SentBy.Span;
        if (!text.IsMeasure)
        {
            home.Own.Learn(outside);
            home.Own.Learn(inside);
        }

        if (_isPath)
        {
            WriteOne(ref text, "Path: <"u8, _inToken.AsSpan(0, _inLength), outside, flow.Transport);
            return;
        }

        if (_namesFlow || flow.Transport != _in.Transport || !outside.SequenceEqual(inside))
            WriteOne(ref text, "Record-Route: <"u8, _outToken.AsSpan(0, _outLength), outside, flow.Transport);
        WriteOne(ref text, "Record-Route: <"u8, _inToken.AsSpan(0, _inLength), inside, _in.Transport);
    }

    private void WriteOne(ref Text text, ReadOnlySpan<byte> start, ReadOnlySpan<byte> token, ReadOnlySpan<byte> sentBy, SipTransport transport)
    {
        text.Put(start);
        text.Put(_isSecure ? "sips:"u8 : "sip:"u8);
        text.Put(token);
        text.Put("@"u8);
        text.Put(sentBy);
        text.Put(transport switch
        {
            SipTransport.Udp => default,
            SipTransport.Tcp => ";transport=tcp"u8,
            SipTransport.Tls => _isSecure ? ";transport=tcp"u8 : ";transport=tls"u8,
            SipTransport.Ws => ";transport=ws"u8,
            _ => _isSecure ? ";transport=ws"u8 : ";transport=wss"u8,
        });
        if (_isPath && _isOutbound)
            text.Put(";ob"u8);
        text.Put(";lr>\r\n"u8);
    }

    /// <summary>Text that is written, or only measured.</summary>
    private ref struct Text(Span<byte> destination, bool measure)
    {
        private readonly Span<byte> _destination = destination;

        public readonly bool IsMeasure => measure;

        public int Length { get; private set; }

        public void Put(scoped ReadOnlySpan<byte> bytes)
        {
            if (!measure)
                bytes.CopyTo(_destination[Length..]);
            Length += bytes.Length;
        }

        public void Put(string text)
        {
            if (measure)
                Length += Encoding.UTF8.GetByteCount(text);
            else
                Length += Encoding.UTF8.GetBytes(text, _destination[Length..]);
        }
    }
}
