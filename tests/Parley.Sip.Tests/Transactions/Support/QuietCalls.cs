using System.Text;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Tests.Transactions.Support;

/// <summary>Whole calls against the transaction layer, as a UAS and as a UAC, with nothing around that would allocate.</summary>
internal sealed class QuietCalls : ISipCore, IClientTransactionUser, IAsyncDisposable
{
    private const string Us = "<sip:us@10.0.0.1>;tag=ours";

    private static readonly NetEndpoint s_nobody = NetEndpoint.V4(0x0A000009, 5060);

    private readonly VirtualNetwork _network = new(new() { CaptureLimit = 0 });
    private readonly TestTransport _transport;
    private readonly TransactionLayer _layer;
    private readonly Action<object?> _serve;
    private readonly Action<object?> _dial;
    private readonly byte[] _invite = Wire.Bytes(Wire.Request(branch: "z9hG4bK-00000000-1", callId: "00000000@peer"));
    private readonly byte[] _ack = Wire.Bytes(Wire.Request("ACK", branch: "z9hG4bK-00000000-3", callId: "00000000@peer", to: Us));
    private readonly byte[] _bye = Wire.Bytes(Wire.Request("BYE", branch: "z9hG4bK-00000000-2", callId: "00000000@peer", to: Us, cseq: 2));
    private readonly byte[] _outInvite = Wire.Bytes(Wire.Outgoing());
    private readonly byte[] _outBye = Wire.Bytes(Wire.Outgoing("BYE"));
    private readonly byte[] _inviteOk;
    private readonly byte[] _byeOk;
    private readonly SipFlow _flow;
    private ServerTransaction? _accepted;
    private int _calls;

    public QuietCalls()
    {
        var timeline = new Timeline(_network) { IsRecording = false };
        _transport = new(_network.Host("10.0.0.1"), timeline);
        _layer = new(_transport, this);
        _transport.Receiver = _layer;
        _flow = _transport.UdpFlow(s_nobody);
        _serve = _ => Serve();
        _dial = _ => Dial();
        _inviteOk = Answer("INVITE");
        _byeOk = Answer("BYE");
    }

    public int Ended { get; private set; }

    public TransactionCounters Counters => _layer.Counters;

    public long OutstandingBuffers => _transport.Pool.Outstanding;

    /// <summary>INVITE, 180, 200, ACK, BYE, 200 from a caller.</summary>
    public void ServeOne() => Run(_serve);

    /// <summary>INVITE, 200, ACK, BYE, 200 towards a callee.</summary>
    public void DialOne() => Run(_dial);

    public void Advance(TimeSpan by) => _network.Advance(by);

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    public void OnRequest(ServerTransaction transaction, SipMessage request)
    {
        if (transaction.IsInvite)
        {
            _accepted = transaction;
            transaction.Respond(180);
        }

        transaction.Respond(200);
    }

    public void OnAck(SipMessage ack, in SipFlow flow) => _accepted!.Release();

    public void OnStrayResponse(SipMessage response, in SipFlow flow) => Assert.Fail("stray");

    public void OnResponse(ClientTransaction transaction, SipMessage response, in SipFlow flow)
    {
        if (transaction.IsInvite)
            _layer.SendAck(transaction.Lane, Outgoing(_outInvite, SipMethod.Ack), flow);
    }

    public void OnFailed(ClientTransaction transaction, TransactionFailure why) => Assert.Fail(why.ToString());

    public void OnEnded(ClientTransaction transaction) => Ended++;

    private void Run(Action<object?> work)
    {
        _transport.Lanes[0].Post(work, null);
        _network.RunUntilIdle();
    }

    private void Serve()
    {
        Number(_invite);
        Number(_ack);
        Number(_bye);
        _calls++;
        _transport.Receive(_invite, _flow);
        _transport.Receive(_ack, _flow);
        _transport.Receive(_bye, _flow);
    }

    private void Dial()
    {
        var invite = _layer.Send(_transport.Lanes[0], Outgoing(_outInvite, SipMethod.Invite), _flow, this);
        invite.Branch.CopyTo(_inviteOk.AsSpan(Offset(_inviteOk)));
        _transport.Receive(_inviteOk, _flow);
        var bye = _layer.Send(_transport.Lanes[0], Outgoing(_outBye, SipMethod.Bye), _flow, this);
        bye.Branch.CopyTo(_byeOk.AsSpan(Offset(_byeOk)));
        _transport.Receive(_byeOk, _flow);
    }

    private OutgoingRequest Outgoing(byte[] bytes, SipMethod method)
    {
        var buffer = _transport.Pool.Rent(bytes.Length);
        bytes.CopyTo(buffer.Array, 0);
        buffer.Length = bytes.Length;
        return new(buffer, method);
    }

    private static byte[] Answer(string method) => Wire.Bytes(Wire.Response(
        Wire.Request(method, branch: "z9hG4bK" + new string('x', 20)), "200 OK", "far"));

    private static int Offset(byte[] response) => response.AsSpan().IndexOf("branch="u8) + "branch="u8.Length;

    // Each call has its own Call-ID and branches: eight digits in both.
    private void Number(byte[] message)
    {
        Span<byte> digits = stackalloc byte[8];
        _calls.TryFormat(digits, out _, "D8");
        digits.CopyTo(message.AsSpan(message.AsSpan().IndexOf("@peer"u8) - digits.Length));
        digits.CopyTo(message.AsSpan(message.AsSpan().IndexOf("z9hG4bK-"u8) + "z9hG4bK-"u8.Length));
    }
}
