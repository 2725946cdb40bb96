using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Transactions;

// One attempt after another: choosing the flow, opening it, large requests over TCP (RFC 3261 §18.1.1), the next target after a failure
// (RFC 3263 §4.3).
public sealed partial class ClientTransaction
{
    private bool HasFurtherTarget => _targets is not null && _nextTarget < _targets.Count && !IsCancelled;

    internal void Begin(in OutgoingRequest request, IReadOnlyList<SipTarget> targets, IClientTransactionUser? user)
    {
        Prepare(request, user);
        _targets = targets;
        if (targets.Count == 0)
            FailSoon(TransactionFailure.Transport);
        else
            TryNextTarget();
    }

    internal void Begin(in OutgoingRequest request, in SipFlow flow, IClientTransactionUser? user)
    {
        Prepare(request, user);
        Compose(flow);
        Launch(flow);
    }

    internal void BeginRefused(in OutgoingRequest request, IClientTransactionUser? user, TransactionFailure why)
    {
        Prepare(request, user);
        FailSoon(why);
    }

    private void Prepare(in OutgoingRequest request, IClientTransactionUser? user)
    {
        Method = request.Method;
        State = TransactionState.Connecting;
        _request = request;
        _user = user;
        _home.CountClient(this);
    }

    private void TryNextTarget()
    {
        var target = _targets![_nextTarget++];
        State = TransactionState.Connecting;
        if (!_home.Transport.TryGetFlow(target, out var flow))
        {
            if (target.Transport.IsReliable())
                Open(target, default);
            else
                FailSoon(TransactionFailure.Transport); // no socket of that address family
            return;
        }

        Compose(flow);
        if (target.Transport == SipTransport.Udp && IsTooLargeForUdp)
            SwitchToTcp(target with { Transport = SipTransport.Tcp }, flow);
        else
            Launch(flow);
    }

    private bool IsTooLargeForUdp =>
        _home.Options.SwitchToTcpAbove is > 0 and var limit && _sent!.Length > limit && !_request.StayOnUdp;

    private void SwitchToTcp(in SipTarget target, in SipFlow udp)
    {
        if (!_home.Transport.TryGetFlow(target, out var tcp))
        {
            Open(target, udp);
            return;
        }

        _home.Counters.SwitchedToTcp++;
        Compose(tcp);
        Launch(tcp);
    }

    // With a fall-back, its flow is used if no connection opens in the time a switch may take.
    private void Open(in SipTarget target, in SipFlow fallback)
    {
        _flow = fallback;
        if (fallback.Channel is not null)
            _timer.Repeat(_home.Times.SwitchToTcpTimeout);
        _timer.End(_home.Times.T1x64);
        _home.AddPending(this);
        _home.Transport.Open(target, Lane, new FlowRequest(this, ++_attempt));
    }

    private void OnOpened(in SipFlow flow)
    {
        if (_flow.Channel is not null)
            _home.Counters.SwitchedToTcp++;
        _timer.Stop();
        Compose(flow);
        Launch(flow);
    }

    private void OnOpenFailed()
    {
        _timer.Stop();
        if (_flow.Channel is not null)
            FallBackToUdp();
        else
            FailSoon(TransactionFailure.Transport);
    }

    private void FallBackToUdp()
    {
        var udp = _flow;
        _attempt++;
        _timer.Stop();
        Compose(udp);
        Launch(udp);
    }

    private void Compose(in SipFlow flow)
    {
        _home.Branches.Next(ref _branch);
        _sent?.Release();
        _sent = RequestAssembly.WithVia(_home.Pool, _request, flow, _branch);
    }

    private void Launch(in SipFlow flow)
    {
        _flow = flow;
        if (!HasFurtherTarget)
            ForgetRequest();
        Key = _home.ClientKey(_branch);
        State = IsInvite ? TransactionState.Calling : TransactionState.Trying;
        _home.Add(this);
        _isListed = true;
        Take(ClientInput.Start, null);
    }

    private void AttemptFailed(TransactionFailure why)
    {
        _pendingFailure = null;
        if (why == TransactionFailure.Timeout)
            _home.Counters.ClientTimeouts++;
        else if (why == TransactionFailure.Transport)
            _home.Counters.TransportFailures++;
        Unlist();
        if (why is TransactionFailure.Timeout or TransactionFailure.Transport && HasFurtherTarget && !_isTaken)
            FailOver();
        else
            Fail(why);
    }

    private void FailOver()
    {
        _home.Counters.Failovers++;
        _isTaken = false;
        _sent?.Release();
        _sent = null;
        _flow = default;
        TryNextTarget();
    }

    // A 503 is answered like any refusal, and what is left of the attempt lingers on its own while the request goes to the next target.
    private void FailOverFrom(ClientStep step, SipMessage response)
    {
        Carry(step.Effects & ~ClientEffects.Deliver, response);
        if (step.State == TransactionState.Completed)
            LeaveRemains();
        Unlist();
        _timer.Stop();
        FailOver();
    }

    private void LeaveRemains()
    {
        var remains = _home.RentClient();
        remains.Method = Method;
        remains.State = TransactionState.Completed;
        remains._branch = _branch;
        remains._flow = _flow;
        remains._ack = _ack;
        remains.Key = Key;
        remains._isListed = true;
        _ack = default;
        _home.CountClient(remains);
        _home.Add(remains);
        remains.Carry(ClientEffects.StartLinger, null);
    }

    // Told through the timer, because a user is never called from inside his own call.
    private void FailSoon(TransactionFailure why)
    {
        _home.AddPending(this);
        _attempt++;
        _pendingFailure = why;
        _timer.Stop();
        _timer.End(0);
    }

    private void Unlist()
    {
        if (_isListed)
            _home.Remove(this);
        else
            _home.RemovePending(this);
        _isListed = false;
    }

    private void ForgetRequest()
    {
        if (!_request.IsEmpty)
            _request.Bytes.Release();
        _request = default;
    }

    /// <summary>One opening of a connection for one attempt; too late, it is ignored.</summary>
    private sealed class FlowRequest(ClientTransaction owner, int attempt) : IFlowRequest
    {
        private bool IsCurrent => owner._attempt == attempt && owner.State == TransactionState.Connecting;

        public void OnOpened(in SipFlow flow)
        {
            if (IsCurrent)
                owner.OnOpened(flow);
        }

        public void OnFailed(string why)
        {
            if (IsCurrent)
                owner.OnOpenFailed();
        }
    }
}
