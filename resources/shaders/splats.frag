// A Gaussian's share of one pixel, its colour multiplied by it; fainter than a byte's step it ends (3DGS).
#version 120

uniform float u_dot;

varying vec2 v_at;
varying vec4 v_colour;

void main() {
    float square = dot(v_at, v_at);
    float alpha = u_dot > 0.0 ? float(square <= 1.0) : min(v_colour.a * exp(-0.5 * square), 0.99);
    if (alpha < 1.0 / 255.0) {
        discard;
    }
    gl_FragColor = vec4(v_colour.rgb * alpha, alpha);
}
