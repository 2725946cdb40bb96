using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases;

/// <summary>Every codec baresip shares with the product carries a tone in both directions.</summary>
public sealed class CodecTests(ServeFixture fixture) : IClassFixture<ServeFixture>
{
    private readonly ServeProcess _server = fixture.Server;

    [Theory]
    [InlineData("PCMU")]
    [InlineData("PCMA")]
    [InlineData("G722")]
    public async Task A_tone_survives_the_codec(string codec)
    {
        await using var phone = await Baresip.StartAsync(new() { Codec = codec });
        await phone.DialAsync(_server.Uri("tone"));
        await phone.AssertHearsAsync(440, atLeast: 1.4);
        var heard = await phone.HeardAsync();
        Assert.Equal(codec == "G722" ? 16_000 : 8_000, heard.Rate);
    }

    [Theory]
    [InlineData("PCMU")]
    [InlineData("PCMA")]
    [InlineData("G722")]
    public async Task An_echo_survives_the_codec(string codec)
    {
        await using var phone = await Baresip.StartAsync(new() { Codec = codec, ToneHz = 900 });
        await phone.DialAsync(_server.Uri("echo"));
        await phone.AssertHearsAsync(900, atLeast: 1.2);
    }
}
