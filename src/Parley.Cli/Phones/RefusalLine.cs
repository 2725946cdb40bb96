using System.Globalization;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Cli.Phones;

/// <summary>The log line of a refusal that may be an attack, in the form that admission writes its own in: tools that ban by log read both.</summary>
internal static class RefusalLine
{
    /// <summary>The line.</summary>
    /// <param name="method">What was refused.</param>
    /// <param name="flow">Where it came from.</param>
    /// <param name="why">Why, in words of ours: nothing a stranger has a say in.</param>
    public static string Of(SipMethod method, in SipFlow flow, string why) => string.Create(
        CultureInfo.InvariantCulture, $"refused {method.ToString().ToUpperInvariant()} from {flow.Remote.ToAddress()} port {flow.Remote.Port} over {flow.Transport.UriToken()}: {why}");
}
