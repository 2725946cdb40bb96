using Parley.Cli.Extensions;

namespace Parley.Cli.Tests.Extensions;

public sealed class ExtensionTableTests
{
    [Theory]
    [InlineData("echo", "echo", "")]
    [InlineData("Echo", "echo", "")]
    [InlineData("tone", "tone", "")]
    [InlineData("tone-1000", "tone-N", "1000")]
    [InlineData("reject-486", "reject-NNN", "486")]
    [InlineData("bridge-sip:bob@10.0.0.1", "bridge-URI", "sip:bob@10.0.0.1")]
    public void What_is_dialled_is_found(string dialled, string pattern, string argument)
    {
        Assert.True(ExtensionTable.TryFind(dialled, out var extension, out var rest));
        Assert.Equal((pattern, argument), (extension.Pattern, rest));
    }

    [Theory]
    [InlineData("")]
    [InlineData("echoes")]
    [InlineData("100")]
    [InlineData("reject486")]
    public void What_is_no_extension_is_not_found(string dialled) => Assert.False(ExtensionTable.TryFind(dialled, out _, out _));

    [Theory]
    [InlineData('0', 300)]
    [InlineData('9', 1200)]
    [InlineData('*', 1300)]
    [InlineData('#', 1400)]
    [InlineData('D', 1800)]
    public void A_digit_has_its_tone(char digit, int hertz) => Assert.Equal(hertz, MenuExtension.HertzOf(digit));
}
