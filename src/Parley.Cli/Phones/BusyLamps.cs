using System.Globalization;
using Parley.Control;
using Parley.Services.Locations;
using Parley.Services.Presence;

namespace Parley.Cli.Phones;

/// <summary>Tells who watches an account's calls how they stand (RFC 4235).</summary>
internal sealed class BusyLamps(DialogPackage dialogs, TimeProvider time)
{
    private long _last;

    /// <summary>A call of an account begins; it is shown until what this gives is disposed.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="leg">The leg to its phone.</param>
    public Lamp Begin(AddressOfRecord account, Call leg)
    {
        var (local, remote) = leg.IsIncoming ? (leg.From, leg.To) : (leg.To, leg.From);
        return new Lamp(this, account, new()
        {
            Id = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture),
            State = leg.IsIncoming ? DialogInfoState.Trying : DialogInfoState.Early,
            IsInitiator = leg.IsIncoming,
            CallId = leg.Id,
            Local = local.WithTag(null),
            Remote = remote.WithTag(null),
        });
    }

    /// <summary>One call as it is shown.</summary>
    internal sealed class Lamp : ICallIndicator
    {
        private readonly BusyLamps _lamps;
        private readonly AddressOfRecord _account;
        private readonly Lock _gate = new();
        private DialogInfo _shown;

        public Lamp(BusyLamps lamps, AddressOfRecord account, DialogInfo first)
        {
            (_lamps, _account, _shown) = (lamps, account, first);
            lamps.Report(account, first);
        }

        public void Ring() => Show(DialogInfoState.Early);

        public void Answer() => Show(DialogInfoState.Confirmed);

        public void Dispose() => Show(DialogInfoState.Terminated);

        private void Show(DialogInfoState state)
        {
            lock (_gate)
            {
                // States only go on.
                if (state <= _shown.State)
                    return;
                _shown = _shown with { State = state, Answered = state == DialogInfoState.Confirmed ? _lamps.Now : _shown.Answered };
                _lamps.Report(_account, _shown);
            }
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();

    private void Report(AddressOfRecord account, DialogInfo call) => dialogs.Report(account, call);
}
