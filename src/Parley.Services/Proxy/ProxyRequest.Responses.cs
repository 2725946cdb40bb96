using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Transactions;

namespace Parley.Services.Proxy;

// From the branches back to the sender (RFC 3261 §16.7; RFC 6026 §8.9).
public sealed partial class ProxyRequest
{
    private bool _isAnswered; // a final response was sent, or none can be any more
    private int _status;

    internal void OnProvisional(ProxyBranch branch, SipMessage response)
    {
        _observer?.OnResponse(branch.Target, response.StatusCode, response);
        if (response.StatusCode == 100 || !IsPending || !Passes(branch, response))
            return;
        Send(response);
    }

    internal void OnSuccess(ProxyBranch branch, SipMessage response)
    {
        _observer?.OnResponse(branch.Target, response.StatusCode, response);
        // Every 2xx to INVITE goes back, further ones too; of another method only the first (RFC 3261 §16.7 item 5).
        if (_server is not null && (!_isAnswered || _status is >= 200 and < 300))
        {
            Answered(response.StatusCode);
            Send(response);
        }

        if (branch.TakeFinal(response.StatusCode, null))
            _running--;
        if (_running > 0 && Method == SipMethod.Invite)
            CancelBranches(null, branch);
        Settle();
    }

    internal void OnRefusal(ProxyBranch branch, SipMessage response)
    {
        var status = response.StatusCode;
        _observer?.OnResponse(branch.Target, status, response);
        if (branch.IsFinal)
            return;
        var counts = Passes(branch, response);
        _running--;
        if (status == 430 && TryOtherFlow(branch))
        {
            OnFinal(status);
            return;
        }

        // The usual case first: the only outcome there can be is passed back without being kept.
        if (counts && _running == 0 && _branches.Count == 1 && !HasFurtherTarget && status != 503 && IsPending)
        {
            branch.TakeFinal(status, null);
            Answered(status);
            Send(response);
            Settle();
            return;
        }

        branch.TakeFinal(counts ? status : 0, counts ? response : null);
        OnFinal(status);
    }

    /// <summary>A branch ended without a response: with 408, 430, 487 or 503 of our own making.</summary>
    internal void OnFailure(ProxyBranch branch, int status)
    {
        _observer?.OnResponse(branch.Target, status, null);
        if (branch.IsFinal)
            return;
        _running--;
        if (status != 430 || !TryOtherFlow(branch))
            branch.TakeFinal(status, null);
        OnFinal(status);
    }

    /// <summary>A branch's transaction is gone.</summary>
    internal void OnBranchOver() => Settle();

    private bool HasFurtherTarget => _nextTarget < _targets.Count && !_isCancelled && !_isDeclined;

    private void OnFinal(int status)
    {
        if (status >= 600 && !_isDeclined)
        {
            _isDeclined = true;
            CancelBranches(null); // RFC 3261 §16.7 item 5
        }

        while (_running == 0 && IsPending && HasFurtherTarget)
            StartTargets();
        if (_running == 0 && IsPending)
            SendBest();
        Settle();
    }

    // RFC 3261 §16.7 items 6 to 8.
    private void SendBest()
    {
        var best = ResponseChoice.Best(_branches);
        var status = best?.FinalStatus ?? 408;
        if (best?.Final is not { } response || status == 503)
        {
            // A 503 would tell the sender that it is us who cannot (§16.7 item 6).
            RespondFor(best, status);
            return;
        }

        Answered(status);
        if (status is not (401 or 407))
        {
            Send(response);
            return;
        }

        SipMessage[] others = [.. from branch in _branches where branch != best && branch.FinalStatus is 401 or 407 && branch.Final is not null select branch.Final];
        var writer = new SipWriter(_home.Transport.Pool);
        writer.Forward(response, others);
        _server!.Respond(writer.Finish(), status);
    }

    private void RespondFor(ProxyBranch? best, int status)
    {
        if (_isCancelled)
            Respond(487);
        else if (status is 503)
            Respond(500, "Next hop not available");
        else if (status == 430 && best is { Target.Flow: not null })
            Respond(480); // whose flow it was is nobody's business: the person is not there (RFC 5626 §5.3.1 keeps 430 for edge proxies)
        else
            Respond(status);
    }

    private bool Passes(ProxyBranch branch, SipMessage response)
    {
        foreach (var step in _home.ResponseSteps)
        {
            try
            {
                if (!step.Pass(this, branch.Target, response))
                    return false;
            }
            catch (Exception e) // the application's code: the response goes on as if the step were not there
            {
                _home.OnFault(e);
            }
        }

        return true;
    }

    private void Send(SipMessage response)
    {
        var writer = new SipWriter(_home.Transport.Pool);
        writer.Forward(response);
        _server!.Respond(writer.Finish(), response.StatusCode);
    }

    // Noted before it is sent: sending may end the server transaction and with it all this.
    private void Answered(int status)
    {
        if (status < 200)
            return;
        _isAnswered = true;
        _status = status;
        _message?.Release();
        _message = null;
    }
}
