using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Dialogs;

/// <summary>A request that waits for its answer: one within a call, or one outside any call that is not INVITE. Lives on its lane.</summary>
public sealed class IncomingRequest : IServerTransactionUser
{
    private readonly UserAgentLane _ua;
    private readonly IRequestOwner? _owner;
    private ServerTransaction? _transaction;

    internal IncomingRequest(UserAgentLane ua, ServerTransaction transaction, SipMessage message, IRequestOwner? owner)
    {
        _ua = ua;
        _owner = owner;
        _transaction = transaction;
        Message = message.AddRef();
        Method = message.Method;
        Flow = transaction.Flow;
        transaction.User = this;
    }

    /// <summary>The request; lent until it has been answered or nobody waits for the answer any more.</summary>
    public SipMessage Message { get; }

    /// <summary>Its method.</summary>
    public SipMethod Method { get; }

    /// <summary>What it came over.</summary>
    public SipFlow Flow { get; }

    /// <summary>
    /// True when it carries a session description that is an offer: a 2xx to it carries the answer (RFC 6337 §2.1). Of a PRACK that answers our offer it is
    /// false.
    /// </summary>
    public bool HasOffer { get; internal init; }

    /// <summary>The lane it lives on.</summary>
    public Lane Lane => _ua.Lane;

    /// <summary>True until a final response has been given, or the sender has cancelled or given up.</summary>
    public bool IsPending => _transaction is not null;

    /// <summary>Answers it. Does nothing when nobody waits any more: the sender cancelled, or gave up after 64·T1.</summary>
    /// <param name="status">
    /// 100 to 699; below 200 the request stays pending. A re-INVITE that requires reliable provisional responses gets none but 100 (RFC 3262 §3).
    /// </param>
    /// <param name="reason">Reason phrase; default the standard one.</param>
    /// <param name="body">Body. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentException">A line break in <paramref name="reason"/>, or a header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane.</exception>
    public void Respond(int status, string? reason = null, SipBody body = default, IReadOnlyList<SipHeader>? headers = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        HeaderText.Require(reason, nameof(reason));
        HeaderText.Require(headers, nameof(headers));
        _ua.RequireCurrent();
        Send(new Reply(status) { Reason = reason, Body = body, Headers = headers });
    }

    /// <summary>Answers it, with header fields written as bytes.</summary>
    /// <param name="status">100 to 699; below 200 the request stays pending.</param>
    /// <param name="headers">Writes them.</param>
    /// <param name="reason">Reason phrase; default the standard one.</param>
    /// <exception cref="ArgumentException">A line break in <paramref name="reason"/>.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane.</exception>
    public void RespondWith(int status, IHeaderWriter headers, string? reason = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        ArgumentNullException.ThrowIfNull(headers);
        HeaderText.Require(reason, nameof(reason));
        _ua.RequireCurrent();
        Send(new Reply(status) { Reason = reason, HeaderWriter = headers });
    }

    /// <summary>Answers OPTIONS with 200 and what this endpoint can do (RFC 3261 §11.2).</summary>
    /// <exception cref="InvalidOperationException">Not on the lane.</exception>
    public void RespondToOptions()
    {
        _ua.RequireCurrent();
        Send(new Reply(200) { Capabilities = true });
    }

    /// <summary>A CANCEL for a re-INVITE: the call stays as it was (RFC 3261 §9.2).</summary>
    void IServerTransactionUser.OnCancel(ServerTransaction transaction, SipMessage cancel) => Send(new Reply(487));

    void IServerTransactionUser.OnEnded(ServerTransaction transaction, TransactionEnd why)
    {
        if (_transaction is null)
            return;
        _transaction = null;
        Finish();
    }

    private void Send(Reply reply)
    {
        if (_transaction is not { } transaction)
            return;
        // A target refresh request's 2xx carries our Contact (RFC 3261 §12.2.2; RFC 3311 §5.2 for UPDATE).
        var refresh = reply.Status is >= 200 and < 300 && Method is SipMethod.Invite or SipMethod.Update;
        var complete = reply with
        {
            LocalTag = reply.Status > 100 && Message.ToTag.IsEmpty ? DialogTag.Of(transaction) : 0,
            Contact = refresh,
            Secure = _owner?.IsSecure ?? false,
            OwnContact = _owner?.OwnContact ?? default,
            Capabilities = reply.Capabilities || refresh,
        };
        if (reply.Status is > 100 and < 200 && Message.HasToken(HeaderId.Require, "100rel"u8))
            return;
        if (reply.Status < 200)
        {
            transaction.Respond(ResponseBuilder.Build(_ua, Message, Flow, complete), reply.Status);
            return;
        }

        if (_owner is not null)
            complete = _owner.OnAnswering(this, complete);
        var response = ResponseBuilder.Build(_ua, Message, Flow, complete);
        _transaction = null;
        if (reply.Status < 300 && Method == SipMethod.Invite && _owner is not null)
            _owner.OnReinviteAnswered(this, transaction, response, reply.Status);
        else
            transaction.Respond(response, reply.Status);
        Finish();
    }

    private void Finish()
    {
        _owner?.OnRequestDone(this);
        Message.Release();
    }
}

/// <summary>The call an in-dialog request belongs to.</summary>
internal interface IRequestOwner
{
    bool IsSecure { get; }

    /// <summary>The whole Contact its dialog began with, in angle brackets; empty when it depends on the path.</summary>
    ReadOnlyMemory<byte> OwnContact => default;

    /// <summary>A final response is about to be written: what it does to the dialog, and what is to be said in it besides.</summary>
    Reply OnAnswering(IncomingRequest request, in Reply reply);

    /// <summary>A re-INVITE was accepted: the owner sends the response, again and again until its ACK comes. Takes over the buffer's reference.</summary>
    void OnReinviteAnswered(IncomingRequest request, ServerTransaction transaction, PacketBuffer response, int status);

    /// <summary>The request waits no more.</summary>
    void OnRequestDone(IncomingRequest request);
}
