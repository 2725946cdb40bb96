using System.Runtime.CompilerServices;
using Parley.Sip.Transport;

namespace Parley.Services.Locations;

/// <summary>Notices connections that are lost, so that the bindings which were these connections go with them (RFC 5626 §4.2). May be used from any thread.</summary>
/// <param name="lost">Told the address of record of each; on the thread that notices.</param>
internal sealed class FlowWatch(Action<string> lost)
{
    private readonly ConditionalWeakTable<SipChannel, Watched> _channels = [];

    /// <summary>An address of record has a binding that lives as long as a connection.</summary>
    public void Add(SipChannel channel, string key) => _channels.GetValue(channel, known => new Watched(known, lost)).Add(key);

    private sealed class Watched
    {
        private readonly Lock _gate = new();
        private readonly Action<string> _lost;
        private string? _first; // a device has one address of record, nearly always
        private HashSet<string>? _more;
        private bool _isClosed;

        public Watched(SipChannel channel, Action<string> lost)
        {
            _lost = lost;
            channel.Closed.UnsafeRegister(static state => ((Watched)state!).OnClosed(), this);
        }

        public void Add(string key)
        {
            lock (_gate)
            {
                if (!_isClosed)
                {
                    if (_first is null || _first == key)
                        _first = key;
                    else
                        (_more ??= new(StringComparer.Ordinal)).Add(key);
                    return;
                }
            }

            _lost(key);
        }

        private void OnClosed()
        {
            lock (_gate)
                _isClosed = true;
            if (_first is not null)
                _lost(_first);
            foreach (var key in _more ?? [])
                _lost(key);
        }
    }
}
