using System.Globalization;
using Parley.Control;
using Parley.Services.Locations;
using Parley.Services.Presence;
using Parley.Sip.Dialogs;

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
        return Begin(account, new DialogInfo
        {
            Id = NextId(),
            State = DialogInfoState.Trying,
            IsInitiator = leg.IsIncoming,
            CallId = leg.Id,
            Local = local.WithTag(null),
            Remote = remote.WithTag(null),
        });
    }

    /// <summary>A call begins that is not ours; it is shown until what this gives is disposed.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="first">The call as its phone sees it, with an id of <see cref="NextId"/>.</param>
    public Lamp Begin(AddressOfRecord account, DialogInfo first) => new(this, account, first);

    /// <summary>Tells calls apart.</summary>
    public string NextId() => Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);

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

        void ICallIndicator.Ring(Dialog ours) => Ring(ours);

        /// <summary>It rings. With the dialog, who may can pick it up.</summary>
        /// <param name="ours">Our dialog with the phone; null while there is none.</param>
        public void Ring(Dialog? ours = null) => Show(DialogInfoState.Early, ours?.RemoteTag, ours?.LocalTag);

        /// <summary>It was answered.</summary>
        /// <param name="ours">Our dialog with the phone.</param>
        public void Answer(Dialog? ours) => Show(DialogInfoState.Confirmed, ours?.RemoteTag, ours?.LocalTag);

        public void Dispose() => Show(DialogInfoState.Terminated, null, null);

        /// <summary>It is in this state now, or knows its tags now.</summary>
        /// <param name="state">The state; one that it has left already is not shown again.</param>
        /// <param name="localTag">The phone's tag; null for what is known.</param>
        /// <param name="remoteTag">The other's; null for what is known.</param>
        public void Show(DialogInfoState state, string? localTag, string? remoteTag)
        {
            lock (_gate)
            {
                var next = _shown with
                {
                    State = state,
                    LocalTag = localTag ?? _shown.LocalTag,
                    RemoteTag = remoteTag ?? _shown.RemoteTag,
                    Answered = state == DialogInfoState.Confirmed ? _shown.Answered ?? _lamps.Now : _shown.Answered,
                };
                // States only go on.
                if (state < _shown.State || next == _shown || _shown.State == DialogInfoState.Terminated)
                    return;
                _shown = next;
                _lamps.Report(_account, next);
            }
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();

    private void Report(AddressOfRecord account, DialogInfo call) => dialogs.Report(account, call);
}
