namespace Parley.Interop.Tests.Flows;

// Parley between parties of which one is exchanged for another.
internal static partial class FlowHosts
{
    private static FlowHost? WithTransfer(string name, string[] words) => name switch
    {
        _ => null,
    };
}
