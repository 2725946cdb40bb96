using Parley.Sip.Messages;
using Parley.Sip.Transactions;

namespace Parley.Services.Proxy;

// From the targets to branches, and their end (RFC 3261 §16.6, §16.10; RFC 5393).
public sealed partial class ProxyRequest
{
    private int _nextTarget;
    private int _running; // branches without a final response
    private int _breadth;
    private bool _isCancelled;
    private bool _isDeclined; // a 6xx came: nobody else is tried

    /// <summary>True for the requests that begin a dialog, or may (RFC 3261 §12.1, RFC 6665 §4.2, RFC 3515 §2.4.4).</summary>
    internal bool MayBeginDialog =>
        Method is SipMethod.Invite or SipMethod.Subscribe or SipMethod.Refer or SipMethod.Notify && Message.ToTag.IsEmpty;

    internal bool WantsRecordRoute => _recordRoute && MayBeginDialog;

    internal bool WantsPath => _home.Options.AddPath && Method == SipMethod.Register;

    internal ref readonly RoutePlan Plan => ref _plan;

    internal IReadOnlyList<SipHeader> Added => _added;

    internal List<HeaderId> Removed => _removed;

    internal ulong LoopMark { get; private set; }

    void IServerTransactionUser.OnCancel(ServerTransaction transaction, SipMessage cancel)
    {
        _home.Counts.Cancelled++;
        _isCancelled = true;
        CancelBranches(cancel.GetString("Reason") is { } reason ? new SipHeader("Reason", reason) : null);
        // No step has decided yet, or no branch has got so far as to be sent.
        if (_running == 0 && IsPending)
            Respond(487);
        Settle();
    }

    void IServerTransactionUser.OnEnded(ServerTransaction transaction, TransactionEnd why)
    {
        _server = null;
        _isAnswered = true;
        if (_running > 0)
            CancelBranches(null);
        Settle();
    }

    private void StartForwarding()
    {
        _breadth = Math.Min(_home.Options.Limits.MaxBreadth, IncomingBreadth());
        if (_targets.Count > 1)
        {
            if (_home.Options.Key.HasLooped(Message))
            {
                _home.Counts.Loops++;
                Respond(482);
                return;
            }

            LoopMark = _home.Options.Key.LoopMark(Message);
        }

        if (_targets.Count == 0)
            StartBranch(null, _breadth);
        else
            StartTargets();
        while (_running == 0 && IsPending && HasFurtherTarget)
            StartTargets();
        if (_running == 0 && IsPending)
            SendBest();
        Settle();
    }

    private void StartTargets()
    {
        if (_forking == ForkMode.ByQ)
            SortByQ(_nextTarget);
        var end = EndOfGroup();
        var count = end - _nextTarget;
        if (count > _breadth)
        {
            _home.Counts.Loops++;
            Respond(440);
            return;
        }

        // What one branch has over is of no use to the others: the first gets it (RFC 5393 §5.6 leaves the shares open).
        var share = _breadth / count;
        var rest = _breadth % count;
        while (_nextTarget < end)
        {
            StartBranch(_targets[_nextTarget++], share + rest);
            rest = 0;
        }
    }

    private void StartBranch(ProxyTarget? target, int breadth)
    {
        var branch = _home.RentBranch();
        _branches.Add(branch);
        if (branch.Start(this, target, breadth) is not 0 and var status)
        {
            _observer?.OnResponse(target, status, null);
            if (status == 430 && TryOtherFlow(branch))
                return;
            branch.TakeFinal(status, null);
        }
        else
        {
            _running++;
        }
    }

    // RFC 5626 §5.3.1: the device may have another flow, and this one is of no use to anybody any more.
    private bool TryOtherFlow(ProxyBranch branch)
    {
        var target = branch.Target;
        target?.FlowFailed?.Invoke();
        if (target?.Fallback is not { } other || _isCancelled || _isDeclined || !IsPending)
            return false;
        branch.TakeFinal(0, null);
        StartBranch(other, branch.Breadth);
        return true;
    }

    /// <summary>A branch was cancelled before it was sent.</summary>
    internal void OnAbandoned(ProxyBranch branch)
    {
        _running--;
        branch.TakeFinal(487, null);
    }

    // The targets tried together with the next one.
    private int EndOfGroup()
    {
        if (_forking == ForkMode.Sequential)
            return _nextTarget + 1;
        if (_forking == ForkMode.Parallel)
            return _targets.Count;
        var end = _nextTarget + 1;
        while (end < _targets.Count && _targets[end].Q >= _targets[_nextTarget].Q)
            end++;
        return end;
    }

    // By insertion: it keeps the order of equals, and there are few.
    private void SortByQ(int from)
    {
        for (var i = from + 1; i < _targets.Count; i++)
        {
            var target = _targets[i];
            var at = i;
            for (; at > from && _targets[at - 1].Q < target.Q; at--)
                _targets[at] = _targets[at - 1];
            _targets[at] = target;
        }
    }

    private int IncomingBreadth() =>
        Message.Has(HeaderId.MaxBreadth) && System.Buffers.Text.Utf8Parser.TryParse(Message.Value(HeaderId.MaxBreadth), out int breadth, out _) && breadth > 0
            ? breadth
            : _home.Options.Limits.MaxBreadth;

    private void CancelBranches(SipHeader? reason, ProxyBranch? except = null)
    {
        // A branch that has sent nothing yet is over at once and may be the last: what is looked at here stays as it is until Settle.
        for (var i = 0; i < _branches.Count; i++)
        {
            if (_branches[i] != except)
                _branches[i].Cancel(reason);
        }
    }

    /// <summary>Gives back what is over; when everything is, this object too. Nothing of it may be used after that.</summary>
    private void Settle()
    {
        for (var i = _branches.Count - 1; i >= 0 && _isAnswered; i--)
        {
            if (_branches[i] is not { IsOver: true } branch)
                continue;
            _branches.RemoveAt(i);
            branch.Recycle();
        }

        if (_server is null && _branches.Count == 0 && !_isWaiting && _proxy is not null)
            Recycle();
    }

    private void Recycle()
    {
        var observer = _observer;
        var status = _status;
        _message?.Release();
        _message = null;
        _observer = null;
        _proxy = null!;
        _plan = default;
        Flow = default;
        LoopMark = 0;
        _targets.Clear();
        _added.Clear();
        _removed.Clear();
        _step = 0;
        _nextTarget = 0;
        _running = 0;
        _status = 0;
        Account = null;
        IsAdmitted = false;
        _isDeferred = false;
        _isCancelled = false;
        _isDeclined = false;
        _isAnswered = false;
        _home.Return(this);
        observer?.OnDone(status);
    }
}
