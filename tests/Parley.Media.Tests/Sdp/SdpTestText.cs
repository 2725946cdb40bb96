using System.Text;
using Parley.Media.Sdp;

namespace Parley.Media.Tests.Sdp;

internal static class SdpTestText
{
    /// <summary>Parses text with the line ends it has; fails the test when it is refused.</summary>
    public static SessionDescription Parse(string text)
    {
        Assert.True(SdpParser.TryParse(Encoding.UTF8.GetBytes(text), out var description, out var error), error?.ToString());
        return description;
    }

    public static SdpError Refuse(string text, SdpLimits? limits = null)
    {
        Assert.False(SdpParser.TryParse(Encoding.UTF8.GetBytes(text), limits ?? SdpLimits.Default, out _, out var error));
        return error;
    }
}
