using Parley.BackToBack;
using Parley.Dialogs;
using Parley.Services.Proxy;
using Parley.Sip.Messages;

namespace Parley.Interop.Tests.Flows;

// Hosts with several parties: proxies, transfers.
internal static partial class FlowHosts
{
    private static FlowHost More(string name, string[] words) => name switch
    {
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No host of that name"),
    };
}
